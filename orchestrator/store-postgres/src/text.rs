//! Texts as PostgreSQL keeps them: U+0000 cannot be stored, so it is escaped, in a way that keeps the order.

use std::borrow::Cow;

/// The text as it is stored: U+0000 becomes U+0001 U+0001, and U+0001 becomes U+0001 U+0002.
pub(crate) fn stored(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', '\u{1}']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\0' => escaped.push_str("\u{1}\u{1}"),
            '\u{1}' => escaped.push_str("\u{1}\u{2}"),
            letter => escaped.push(letter),
        }
    }
    Cow::Owned(escaped)
}

/// The text that was stored; none if nothing is stored like that.
pub(crate) fn read(stored: String) -> Option<String> {
    if !stored.contains('\u{1}') {
        return Some(stored);
    }
    let mut text = String::with_capacity(stored.len());
    let mut letters = stored.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1}' => match letters.next()? {
                '\u{1}' => text.push('\0'),
                '\u{2}' => text.push('\u{1}'),
                _ => return None,
            },
            letter => text.push(letter),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_as_it_was_and_their_order_is_kept() {
        let mut texts =
            ["", "a", "\0", "\0\0", "a\0b", "\u{1}", "\u{1}\u{2}", "\u{1}\u{1}", "a\u{1}", "ab", "\u{2}"];
        for text in texts {
            assert!(!stored(text).contains('\0'));
            assert_eq!(read(stored(text).into_owned()).as_deref(), Some(text));
        }
        texts.sort_unstable();
        assert!(texts.map(|text| stored(text).into_owned()).is_sorted());
        assert_eq!(read("\u{1}x".to_owned()), None);
        assert_eq!(read("\u{1}".to_owned()), None);
    }
}
