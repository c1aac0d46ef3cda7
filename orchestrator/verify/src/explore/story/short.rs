//! Short forms: times since the start, and texts in one line.

use std::fmt;
use std::time::Duration;

use amends_types::Timestamp;

use crate::explore::world::START;

/// The most characters of a text that somebody else wrote.
const MOST: usize = 160;

/// A time since the start of the run: `+00:00:46`.
pub(super) struct Since(pub(super) Duration);

impl Since {
    pub(super) fn start(at: Timestamp) -> Self {
        Self(at.since(START))
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        write!(f, "+{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// In one line, and not too long.
pub(super) fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_since_the_start() {
        let check = |seconds: u64, expected: &str| {
            assert_eq!(Since::start(START.plus(Duration::from_secs(seconds))).to_string(), expected);
        };
        check(0, "+00:00:00");
        check(46, "+00:00:46");
        check(25 * 3600 + 61, "+25:01:01");
    }

    #[test]
    fn texts_are_one_line_and_not_long() {
        assert_eq!(short("a\n  b"), "a b");
        assert_eq!(short(&"é".repeat(500)).chars().count(), MOST + 1);
    }
}
