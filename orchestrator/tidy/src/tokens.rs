//! Rust as a flat row of tokens with their lines.
//!
//! Comments and text in quotes are no code, and code inside macros is: a search for words in a line gets both wrong.
//! The checks that look for something nobody may write search here.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// One identifier, literal, punctuation mark or bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    text: String,
    line: usize,
}

/// All tokens of a Rust file.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, LexError> {
    let mut tokens = Vec::new();
    flatten(text.parse()?, &mut tokens);
    Ok(tokens)
}

/// The lines on which `pattern` begins, each once. It is written as code: `SystemTime::now`, `#[ignore`.
pub(crate) fn lines_with(tokens: &[Token], pattern: &str) -> Vec<usize> {
    let pattern = split(pattern);
    let begins = |window: &&[Token]| window.iter().map(|token| &token.text).eq(&pattern);
    let mut lines: Vec<usize> = tokens.windows(pattern.len()).filter(begins).map(|at| at[0].line).collect();
    lines.dedup();
    lines
}

/// The words that stand directly behind `keyword`.
pub(crate) fn names_after(tokens: &[Token], keyword: &str) -> Vec<String> {
    let pairs = tokens.windows(2).filter(|pair| pair[0].text == keyword);
    pairs.map(|pair| pair[1].text.clone()).collect()
}

/// The lines of items that only a test build has: what stands behind `#[cfg(test)]`.
pub(crate) fn test_lines(tokens: &[Token]) -> Vec<RangeInclusive<usize>> {
    let mut ranges = Vec::new();
    let attribute = split("#[cfg(test)]");
    let mut index = 0;
    while index < tokens.len() {
        let here = tokens[index..].iter().take(attribute.len()).map(|token| &token.text);
        if here.eq(&attribute) {
            let end = item_end(tokens, index + attribute.len());
            ranges.push(tokens[index].line..=tokens[end].line);
            index = end;
        }
        index += 1;
    }
    ranges
}

/// Where the item that begins at `start` ends: at its last brace, or at its semicolon.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            ";" if depth == 0 => return index,
            _ => {}
        }
    }
    tokens.len() - 1
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                into.push(Token { text: open.to_owned(), line });
                flatten(group.stream(), into);
                into.push(Token { text: close.to_owned(), line: group.span_close().end().line });
            }
            TokenTree::Ident(ident) => into.push(Token { text: ident.to_string(), line }),
            TokenTree::Punct(punct) => into.push(Token { text: punct.as_char().to_string(), line }),
            TokenTree::Literal(literal) => into.push(Token { text: literal.to_string(), line }),
        }
    }
}

/// Splits a pattern into words and single marks.
fn split(pattern: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut in_word = false;
    for character in pattern.chars() {
        let is_word = character.is_alphanumeric() || character == '_';
        match parts.last_mut() {
            Some(word) if is_word && in_word => word.push(character),
            _ if character.is_whitespace() => {}
            _ => parts.push(character.to_string()),
        }
        in_word = is_word;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, pattern: &str, expected: &[usize]) {
        assert_eq!(lines_with(&tokens(code).unwrap(), pattern), expected, "{pattern} in {code}");
    }

    #[test]
    fn code_is_found_in_macros_and_not_in_comments_or_quotes() {
        check("fn a() {\n    vec![b::now()]\n}", "b::now", &[2]);
        check("// b::now\n/// b::now\nfn a() { \"b::now\" }", "b::now", &[]);
        check("fn a() { cb::now() }", "b::now", &[]);
        check("#[ignore = \"slow\"]\nfn a() {}", "#[ignore", &[1]);
    }

    #[test]
    fn test_items_end_with_their_last_brace_or_semicolon() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nuse d;";
        assert_eq!(test_lines(&tokens(code).unwrap()), [2..=5, 7..=8]);
    }
}
