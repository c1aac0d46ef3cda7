//! The words and symbols of an expression, divided as jsonata-js does.

use serde_json::Value;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Variable,
    /// A text, a number, or one of the words for a value.
    Literal,
    Pattern,
    Operator,
    End,
}

/// A word or a symbol.
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// As messages show it.
    pub(super) json: String,
}

impl Token {
    pub(super) fn end() -> Self {
        Self { kind: Kind::End, text: "(end)".to_owned(), json: "\"(end)\"".to_owned() }
    }

    fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.to_owned(), json: Value::from(text).to_string() }
    }

    /// Whether it is that operator.
    pub(super) fn is(&self, symbol: &str) -> bool {
        self.kind == Kind::Operator && self.text == symbol
    }

    /// How much it binds what is before it; 0 if it does not.
    pub(super) fn power(&self) -> u8 {
        if self.kind != Kind::Operator {
            return 0;
        }
        match self.text.as_str() {
            "(" | "[" | "@" | "#" => 80,
            "." => 75,
            "{" => 70,
            "*" | "/" | "%" => 60,
            "+" | "-" | "&" => 50,
            "=" | "!=" | "<" | "<=" | ">" | ">=" | "^" | "~>" | "?:" | "??" | "in" => 40,
            "and" => 30,
            "or" => 25,
            "?" => 20,
            ":=" => 10,
            _ => 0,
        }
    }
}

/// Symbols that also end a name. Those of two characters come first.
const SYMBOLS: &[&str] = &[
    "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#",
    ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&", "!", "~",
];
const SPACE: &[char] = &[' ', '\t', '\n', '\r', '\u{b}'];

/// The tokens of a source.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { rest: source }
    }

    /// The next token. A slash begins a pattern, unless an operator must follow.
    ///
    /// # Errors
    /// The message, if there is no token.
    pub(super) fn next(&mut self, infix: bool) -> Result<Token, String> {
        self.skip()?;
        let Some(first) = self.rest.chars().next() else { return Ok(Token::end()) };
        if !infix && first == '/' {
            return self.pattern();
        }
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest.starts_with(**symbol)) {
            self.rest = &self.rest[symbol.len()..];
            return Ok(Token::new(Kind::Operator, symbol));
        }
        match first {
            '"' | '\'' => self.text(first),
            '0'..='9' => self.number(),
            '`' => {
                let quoted = self.rest[1..].split_once('`');
                let (name, rest) =
                    quoted.ok_or("Quoted property name must be terminated with a backquote (`)")?;
                self.rest = rest;
                Ok(Token::new(Kind::Name, name))
            }
            _ => Ok(self.word()),
        }
    }

    fn skip(&mut self) -> Result<(), String> {
        loop {
            self.rest = self.rest.trim_start_matches(SPACE);
            let Some(comment) = self.rest.strip_prefix("/*") else { return Ok(()) };
            let (_, rest) = comment.split_once("*/").ok_or("Comment has no closing tag")?;
            self.rest = rest;
        }
    }

    fn word(&mut self) -> Token {
        let is_end = |(at, c): (usize, char)| {
            SPACE.contains(&c)
                || SYMBOLS.iter().any(|symbol| symbol.len() == 1 && self.rest[at..].starts_with(symbol))
        };
        let end = self.rest.char_indices().find(|each| is_end(*each)).map_or(self.rest.len(), |(at, _)| at);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Some(name) = word.strip_prefix('$') {
            return Token::new(Kind::Variable, name);
        }
        match word {
            "and" | "or" | "in" => Token::new(Kind::Operator, word),
            "true" | "false" | "null" => {
                Token { kind: Kind::Literal, text: word.to_owned(), json: word.to_owned() }
            }
            _ => Token::new(Kind::Name, word),
        }
    }

    fn number(&mut self) -> Result<Token, String> {
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = if bytes[0] == b'0' { 1 } else { digits(0) };
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let from = (end + 1 + sign).min(bytes.len());
            if digits(from) > 0 {
                end = from + digits(from);
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let number: f64 = text.parse().unwrap_or(f64::INFINITY);
        if number.is_infinite() {
            return Err(format!("Number out of range: \"{text}\""));
        }
        let json = super::super::catalogue::number_text(number);
        Ok(Token { kind: Kind::Literal, text: json.clone(), json })
    }

    fn text(&mut self, quote: char) -> Result<Token, String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].chars();
        while let Some(next) = chars.next() {
            if next == quote {
                self.rest = chars.as_str();
                return Ok(Token::new(Kind::Literal, &text));
            }
            if next != '\\' {
                text.push(next);
                continue;
            }
            match chars.next() {
                Some('b') => text.push('\u{8}'),
                Some('f') => text.push('\u{c}'),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(itself @ ('"' | '\\' | '/')) => text.push(itself),
                Some('u') => text.push(code_point(&mut chars)?),
                other => {
                    let escaped = other.map(String::from).unwrap_or_default();
                    return Err(format!("Unsupported escape sequence: \\{}", Value::from(escaped)));
                }
            }
        }
        Err("String literal must be terminated by a matching quote".to_owned())
    }

    /// To the slash that is in no bracket, with its flags.
    fn pattern(&mut self) -> Result<Token, String> {
        let source = &self.rest[1..];
        let (mut depth, mut backslashes, mut before) = (0, 0, '/');
        for (at, c) in source.char_indices() {
            if c == '/' && depth == 0 && backslashes % 2 == 0 {
                if at == 0 {
                    return Err("Empty regular expressions are not allowed".to_owned());
                }
                self.rest = source[at + 1..].trim_start_matches(['i', 'm']);
                return Ok(Token {
                    kind: Kind::Pattern,
                    text: source[..at].to_owned(),
                    json: "{}".to_owned(),
                });
            }
            if before != '\\' {
                depth += i32::from(matches!(c, '(' | '[' | '{')) - i32::from(matches!(c, ')' | ']' | '}'));
            }
            backslashes = if c == '\\' { backslashes + 1 } else { 0 };
            before = c;
        }
        Err("No terminating / in regular expression".to_owned())
    }
}

/// The character of four digits, or of less at the end; that of half a pair is none.
fn code_point(chars: &mut std::str::Chars<'_>) -> Result<char, String> {
    let digits: String = chars.by_ref().take(4).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("The escape sequence \\u must be followed by 4 hex digits".to_owned());
    }
    let number = u32::from_str_radix(&digits, 16).unwrap_or_default();
    Ok(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
}
