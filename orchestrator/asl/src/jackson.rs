//! Why a text is not JSON, in the words of the reader that Step Functions uses (Jackson), which it passes on.
//!
//! Whether a text is JSON is decided by `serde_json`; only one that is not is looked at here.

use serde_json::Value;

/// The deepest nesting that is looked into.
const MAX_DEPTH: usize = 128;

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// In Jackson's words; none if there is nothing in the text but white space.
    pub message: Option<String>,
    /// How far it was read: a line, from 1.
    pub line: usize,
    /// The column after what was read last, from 1.
    pub column: usize,
}

/// Reads a JSON text.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<Value, NotJson> {
    serde_json::from_str(text).map_err(|error| {
        let mut scanner = Scanner { text, at: 0, depth: 0 };
        let message = match scanner.document() {
            Err(Problem::Empty) => None,
            Err(Problem::Said(message)) => Some(message),
            // Not all that is wrong is found here.
            Ok(()) => {
                let (message, line, column) = (Some(error.to_string()), error.line(), error.column());
                return NotJson { message, line, column };
            }
        };
        let (line, column) = place(&text[..scanner.at]);
        NotJson { message, line, column }
    })
}

/// The line and the column after a text.
fn place(before: &str) -> (usize, usize) {
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

enum Problem {
    Empty,
    Said(String),
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), Problem> {
        self.skip_space();
        if self.peek().is_none() {
            return Err(Problem::Empty);
        }
        self.value()
    }

    fn value(&mut self) -> Result<(), Problem> {
        self.skip_space();
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some('"') => self.string("was expecting closing quote for a string value"),
            Some('-' | '0'..='9') => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' || c == '$' => self.word(),
            Some(c) => Err(self.refuse(
                c,
                "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            )),
            None => Err(said("Unexpected end-of-input".to_owned())),
        }
    }

    fn nested(&mut self, inner: impl FnOnce(&mut Self) -> Result<(), Problem>) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(said(format!("the nesting is deeper than {MAX_DEPTH}")));
        }
        inner(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Problem> {
        let start = self.at;
        self.next();
        let mut is_first = true;
        loop {
            self.skip_space();
            match self.peek() {
                Some('}') if is_first => return self.skip(),
                Some('"') => self.string("was expecting closing quote for a string value")?,
                Some(c) => return Err(self.refuse(c, "was expecting double-quote to start field name")),
                None => return Err(self.unclosed("Object", start)),
            }
            self.skip_space();
            match self.peek() {
                Some(':') => self.skip()?,
                Some(c) => {
                    return Err(self.refuse(c, "was expecting a colon to separate field name and value"));
                }
                None => return Err(self.unclosed("Object", start)),
            }
            self.item("Object", start)?;
            match self.next() {
                Some(',') => is_first = false,
                Some('}') => return Ok(()),
                Some(c) => return Err(unexpected(c, "was expecting comma to separate Object entries")),
                None => return Err(self.unclosed("Object", start)),
            }
        }
    }

    fn array(&mut self) -> Result<(), Problem> {
        let start = self.at;
        self.next();
        self.skip_space();
        if self.peek() == Some(']') {
            return self.skip();
        }
        loop {
            self.item("Array", start)?;
            match self.next() {
                Some(',') => {}
                Some(']') => return Ok(()),
                Some(c) => return Err(unexpected(c, "was expecting comma to separate Array entries")),
                None => return Err(self.unclosed("Array", start)),
            }
        }
    }

    fn item(&mut self, of: &str, start: usize) -> Result<(), Problem> {
        self.skip_space();
        if self.peek().is_none() {
            return Err(self.unclosed(of, start));
        }
        self.value()?;
        self.skip_space();
        Ok(())
    }

    fn string(&mut self, unclosed: &str) -> Result<(), Problem> {
        self.next();
        while let Some(c) = self.next() {
            match c {
                '"' => return Ok(()),
                '\\' => self.escape()?,
                '\0'..='\x1f' => {
                    return Err(said(format!(
                        "Illegal unquoted character ((CTRL-CHAR, code {})): has to be escaped using backslash to be \
                         included in string value",
                        u32::from(c)
                    )));
                }
                _ => {}
            }
        }
        Err(said(format!("Unexpected end-of-input: {unclosed}")))
    }

    fn escape(&mut self) -> Result<(), Problem> {
        match self.next() {
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(()),
            Some('u') => (0..4).try_for_each(|_| match self.next() {
                Some(c) if c.is_ascii_hexdigit() => Ok(()),
                Some(c) => Err(unexpected(c, "expected a hex-digit for character escape sequence")),
                None => Err(said("Unexpected end-of-input in character escape sequence".to_owned())),
            }),
            Some(c) => Err(said(format!("Unrecognized character escape {}", shown(c)))),
            None => Err(said("Unexpected end-of-input in character escape sequence".to_owned())),
        }
    }

    fn number(&mut self) -> Result<(), Problem> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
            self.next();
        }
        let number = &self.text[start..self.at];
        let digits = number.trim_start_matches('-');
        if digits.len() > 1
            && digits.starts_with('0')
            && digits[1..].starts_with(|c: char| c.is_ascii_digit())
        {
            return Err(said("Invalid numeric value: Leading zeroes not allowed".to_owned()));
        }
        let length = digits.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)));
        let end = self.at - digits.len() + length.unwrap_or(digits.len());
        let rest = &self.text[end..];
        match rest.chars().next().filter(|_| length.is_some()) {
            Some(c) => {
                self.at = self.text.len() - rest.len();
                Err(self.refuse(c, "Expected space separating root-level values"))
            }
            None => Ok(()),
        }
    }

    fn word(&mut self) -> Result<(), Problem> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            self.next();
        }
        let word = &self.text[start..self.at];
        if matches!(word, "null" | "true" | "false") {
            return Ok(());
        }
        let expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
        Err(said(format!("Unrecognized token '{word}': was expecting {expected}")))
    }

    fn unclosed(&self, what: &str, start: usize) -> Problem {
        let (line, column) = place(&self.text[..start]);
        let place = format!("[Source: (String)\"{}\"; line: {line}, column: {column}]", self.text);
        said(format!("Unexpected end-of-input: expected close marker for {what} (start marker at {place})"))
    }

    /// Refuses the character that comes next, which is read with that.
    fn refuse(&mut self, c: char, expected: &str) -> Problem {
        self.next();
        unexpected(c, expected)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip(&mut self) -> Result<(), Problem> {
        self.next();
        Ok(())
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }
}

fn unexpected(c: char, expected: &str) -> Problem {
    said(format!("Unexpected character ({}): {expected}", shown(c)))
}

fn shown(c: char) -> String {
    let code = u32::from(c);
    if code < 0x20 { format!("(CTRL-CHAR, code {code})") } else { format!("'{c}' (code {code})") }
}

fn said(message: String) -> Problem {
    Problem::Said(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, message: Option<&str>) {
        assert_eq!(read(text).unwrap_err().message.as_deref(), message, "{text}");
    }

    #[test]
    fn what_is_no_json_is_told_in_the_words_of_jackson() {
        check("", None);
        check(" \n", None);
        check(
            "not some json",
            Some(
                "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or \
                 'false')",
            ),
        );
        check(
            "{'not': 'json'",
            Some("Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
        );
        check(
            r#"{"a" 1}"#,
            Some(
                "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            ),
        );
        check(
            r#"{"a": 1"#,
            Some(
                "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"a\": \
                 1\"; line: 1, column: 1])",
            ),
        );
        check(
            "[1 2]",
            Some("Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"),
        );
        check("\"a", Some("Unexpected end-of-input: was expecting closing quote for a string value"));
        check("01", Some("Invalid numeric value: Leading zeroes not allowed"));
        check(r#""\x""#, Some("Unrecognized character escape 'x' (code 120)"));
    }

    #[test]
    fn the_place_is_after_what_was_read_last() {
        for (text, line, column) in [
            ("not some json", 1, 4),
            (r#"{"a": 1,}"#, 1, 10),
            ("{\n \"a\" 1}", 2, 7),
            ("[1 2]", 1, 5),
            ("[1x]", 1, 4),
            ("[1", 1, 3),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{text} {error:?}");
        }
    }

    #[test]
    fn what_is_json_is_read() {
        for text in ["2", "\"some text\"", "null", " {\"a\": [1, true]} "] {
            read(text).unwrap();
        }
    }

    #[test]
    fn every_broken_text_gets_a_message() {
        let text = r#"{"a": [1, -2.5e3, "b\u00e9\n"], "c": {"d": null}}"#;
        for end in 0..text.len() {
            assert!(read(&text[..end]).is_err());
            let broken = format!("{}\u{1}{}", &text[..end], &text[end..]);
            assert!(read(&broken).unwrap_err().message.is_some());
        }
        assert!(read(&"[".repeat(1_000)).unwrap_err().message.is_some());
    }
}
