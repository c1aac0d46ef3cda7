//! JSONata's error codes, `T0410: …`, which the evaluator sometimes hides behind words of its own.

/// The message from its code on, and the code; the message as it is if it has none.
pub(super) fn find(message: &str) -> (Option<&str>, &str) {
    let begins = |at: usize| {
        let code = message.get(at..at + 7)?.strip_suffix(": ")?;
        let (letter, digits) = code.split_at_checked(1)?;
        let is_code =
            letter.chars().all(|c| c.is_ascii_uppercase()) && digits.chars().all(|c| c.is_ascii_digit());
        is_code.then_some((Some(code), &message[at..]))
    };
    let starts = message.match_indices(": ").map(|(at, separator)| at + separator.len());
    std::iter::once(0).chain(starts).find_map(begins).unwrap_or((None, message))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_code_is_found_behind_other_words() {
        assert_eq!(find("T1006: no"), (Some("T1006"), "T1006: no"));
        assert_eq!(find("Invalid syntax: S0201: no: way"), (Some("S0201"), "S0201: no: way"));
        assert_eq!(find("Unclosed comment"), (None, "Unclosed comment"));
        assert_eq!(find("ü: ü"), (None, "ü: ü"));
    }
}
