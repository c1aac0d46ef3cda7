//! Error classes: parked steps that failed for the same reason are decided about together.

use amends_store::LedgerRow;

/// The most characters of a class.
const MOST_CHARACTERS: usize = 160;

/// The class of a parked step: its name and its reason, with everything that differs from saga to saga masked.
///
/// A word that holds a digit (an id, an amount, a time) becomes `#`.
pub fn error_class(row: &LedgerRow) -> String {
    let reason = reason_of(row);
    let masked = reason.split_whitespace().map(|word| if is_particular(word) { "#" } else { word });
    let class = format!("{}: {}", row.step, masked.collect::<Vec<_>>().join(" "));
    class.chars().take(MOST_CHARACTERS).collect()
}

/// Why a row is parked.
pub(super) fn reason_of(row: &LedgerRow) -> &str {
    let reason = row.undo_reason.as_deref().or(row.reason.as_deref());
    reason.unwrap_or("no reason was recorded")
}

fn is_particular(word: &str) -> bool {
    word.chars().any(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use amends_store::LedgerStatus;

    use super::*;

    #[test]
    fn a_class_names_the_step_and_masks_what_is_particular() {
        let check = |reason: &str, expected: &str| {
            let saga = "o-1".parse().unwrap();
            let mut row = LedgerRow::new(saga, "charge", 2, false, LedgerStatus::Parked);
            row.undo_reason = Some(reason.to_owned());
            assert_eq!(error_class(&row), expected);
        };
        check("refund of pi_123 refused", "charge: refund of # refused");
        check("no answer  until 2026-01-01T00:00:00Z", "charge: no answer until #");
        check("", "charge: ");
    }
}
