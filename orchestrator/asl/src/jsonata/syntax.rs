//! What the parser says, in the words of the parser that Step Functions uses: symbols instead of names of tokens.

use jsonata_core::ast::AstNode;
use jsonata_core::parser::ParserError;

use super::code;

/// The message, without the error's code.
pub(super) fn message(error: &ParserError) -> String {
    match error {
        ParserError::Expected { expected, found } if symbol(expected).is_some() => {
            let expected = symbol(expected).unwrap_or(expected);
            if found == "Eof" {
                return format!("Expected \"{expected}\" before end of expression");
            }
            format!("Expected \"{expected}\", got \"{}\"", lexeme(found))
        }
        ParserError::UnexpectedToken(token) if symbol(token).is_some() => {
            format!("The symbol \"{}\" cannot be used as a unary operator", lexeme(token))
        }
        other => without_code(&other.to_string()),
    }
}

/// What stands for an expression such as `1()`, which jsonata-js parses and Step Functions accepts: it throws when it is
/// evaluated. The whole expression does then, whatever the rest of it is.
pub(super) fn invoked_literal(error: &ParserError) -> Option<AstNode> {
    let message = error.to_string();
    let is_invoked = matches!(code::find(&message), (Some("T1006"), _));
    is_invoked.then(|| AstNode::Call { procedure: Box::new(AstNode::Null), args: Vec::new() })
}

fn without_code(message: &str) -> String {
    let (code, from_code) = code::find(message);
    from_code[code.map_or(0, |code| code.len() + 2)..].to_owned()
}

/// What stands in the expression for a token as the parser prints it: `Comma`, `Identifier("a")`, `Number(1.0)`.
fn lexeme(token: &str) -> &str {
    let inner = token.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    symbol(token).or(inner).unwrap_or(token).trim_matches('"')
}

fn symbol(token: &str) -> Option<&'static str> {
    let (_, symbol) = SYMBOLS.iter().find(|(name, _)| *name == token)?;
    Some(symbol)
}

const SYMBOLS: &[(&str, &str)] = &[
    ("Ampersand", "&"),
    ("And", "and"),
    ("At", "@"),
    ("Caret", "^"),
    ("Colon", ":"),
    ("ColonEqual", ":="),
    ("Comma", ","),
    ("Dot", "."),
    ("DotDot", ".."),
    ("Equal", "="),
    ("GreaterThan", ">"),
    ("GreaterThanOrEqual", ">="),
    ("Hash", "#"),
    ("In", "in"),
    ("LeftBrace", "{"),
    ("LeftBracket", "["),
    ("LeftParen", "("),
    ("LessThan", "<"),
    ("LessThanOrEqual", "<="),
    ("Minus", "-"),
    ("NotEqual", "!="),
    ("Or", "or"),
    ("Percent", "%"),
    ("Pipe", "|"),
    ("Plus", "+"),
    ("Question", "?"),
    ("RightBrace", "}"),
    ("RightBracket", "]"),
    ("RightParen", ")"),
    ("Semicolon", ";"),
    ("Slash", "/"),
    ("Star", "*"),
    ("StarStar", "**"),
    ("TildeArrow", "~>"),
];

#[cfg(test)]
mod tests {
    use jsonata_core::parser::parse;

    use super::message;

    #[test]
    fn errors_show_symbols() {
        for (source, expected) in [
            ("a[1,2)", "Expected \"]\", got \",\""),
            ("\"unterminated", "String literal must be terminated by a matching quote"),
            ("1 +", "Unexpected end of expression"),
            ("{\"a\":}", "The symbol \"}\" cannot be used as a unary operator"),
            ("(1", "Expected \")\" before end of expression"),
        ] {
            assert_eq!(message(&parse(source).unwrap_err()), expected, "{source}");
        }
    }
}
