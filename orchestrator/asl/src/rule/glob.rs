//! `StringMatches`: `*` stands for any run of characters, and a backslash makes the next character plain.

/// A compiled pattern: the texts between its asterisks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob {
    parts: Vec<String>,
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let mut parts = vec![String::new()];
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let plain = match c {
                '*' => {
                    parts.push(String::new());
                    continue;
                }
                '\\' => chars.next().unwrap_or('\\'),
                c => c,
            };
            if let Some(part) = parts.last_mut() {
                part.push(plain);
            }
        }
        Self { parts }
    }

    /// Each part is taken where it first occurs, which leaves the most for those after it; so this is linear in
    /// practice and never exponential.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return text == first;
        };
        let Some(mut text) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in middle {
            match text.find(part.as_str()) {
                Some(at) => text = &text[at + part.len()..],
                None => return false,
            }
        }
        text.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} {text}");
    }

    #[test]
    fn asterisks_stand_for_anything() {
        check("log-*.txt", "log-x.txt", true);
        check("log-*.txt", "log-.txt", true);
        check("log-*.txt", "log-x.csv", false);
        check("*", "", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("ab*ba", "aba", false);
        check("plain", "plain", true);
        check("plain", "plainer", false);
    }

    #[test]
    fn a_backslash_makes_an_asterisk_plain() {
        check(r"a\*b", "a*b", true);
        check(r"a\*b", "axb", false);
        check(r"a\\*", r"a\x", true);
    }
}
