//! What is told of a change of a ledger row: only what changed.

use amends_store::{LedgerRow, LedgerStatus};

use super::line::Weight;
use super::short::{Since, short};

/// The sentence, and how much it says.
pub(super) fn told(before: Option<&LedgerRow>, after: &LedgerRow) -> (String, Weight) {
    let becomes = before.is_none_or(|before| before.status != after.status);
    let mut parts = Vec::new();
    if becomes {
        parts.push(status(after));
    }
    parts.extend(attempt(before, after));
    parts.extend(lease(before, after, becomes));
    parts.extend(doubt(before, after));
    parts.extend(objects(before, after));
    if !becomes && before.is_some_and(|before| before.output != after.output) {
        parts.push("its output is recorded".into());
    }
    parts.extend(reasons(before, after));
    if parts.is_empty() {
        return (format!("{}: nothing but times changes", after.step), Weight::Nothing);
    }
    let colon = if becomes { "" } else { ":" };
    let told = format!("{}{colon} {}", after.step, parts.join(", "));
    (told, Weight::plain_if(is_plain(after)))
}

/// Whether this happens when all is well.
fn is_plain(after: &LedgerRow) -> bool {
    matches!(after.status, LedgerStatus::Started | LedgerStatus::Done)
        && after.reason.is_none()
        && !after.in_doubt
        && after.attempts <= 1
}

fn status(after: &LedgerRow) -> String {
    let how = after.undo.map_or_else(String::new, |undo| format!(" ({})", undo.name().replace('_', " ")));
    format!("becomes {}{how}", after.status.name())
}

fn attempt(before: Option<&LedgerRow>, after: &LedgerRow) -> Vec<String> {
    let (attempts, undo_attempts) = before.map_or((0, 0), |row| (row.attempts, row.undo_attempts));
    let mut told = Vec::new();
    if after.attempts > attempts.max(1) {
        told.push(format!("attempt {}", after.attempts));
    }
    if after.undo_attempts > undo_attempts.max(1) {
        told.push(format!("attempt {} to undo it", after.undo_attempts));
    }
    told
}

fn lease(before: Option<&LedgerRow>, after: &LedgerRow, becomes: bool) -> Option<String> {
    let held = before.and_then(|before| before.lease);
    match (held, after.lease) {
        (held, Some(lease)) if held != Some(lease) => {
            Some(format!("lease until {}", Since::start(lease.until)))
        }
        // What ends an attempt well ends its lease.
        (Some(_), None) if !becomes => Some("lease given back".into()),
        _ => None,
    }
}

fn doubt(before: Option<&LedgerRow>, after: &LedgerRow) -> Option<String> {
    match (before.is_some_and(|before| before.in_doubt), after.in_doubt) {
        (false, true) => Some("in doubt from now on".into()),
        (true, false) => Some("in doubt no more".into()),
        (true, true) | (false, false) => None,
    }
}

fn objects(before: Option<&LedgerRow>, after: &LedgerRow) -> Vec<String> {
    let is_new = |kind: &&String| before.is_none_or(|row| row.objects.get(*kind) != after.objects.get(*kind));
    let kinds = after.objects.keys().filter(is_new);
    kinds.map(|kind| format!("{kind} {} is recorded", short(&after.objects[kind]))).collect()
}

fn reasons(before: Option<&LedgerRow>, after: &LedgerRow) -> Vec<String> {
    let (reason, undo_reason) =
        before.map_or((None, None), |row| (row.reason.as_ref(), row.undo_reason.as_ref()));
    let mut told = Vec::new();
    if let Some(new) = after.reason.as_ref().filter(|new| reason != Some(new)) {
        told.push(format!("because: {}", short(new)));
    }
    if let Some(new) = after.undo_reason.as_ref().filter(|new| undo_reason != Some(new)) {
        told.push(format!("not undone, because: {}", short(new)));
    }
    told
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use amends_store::{Lease, Undo};

    use super::*;
    use crate::explore::world::START;

    fn started() -> LedgerRow {
        let id = "order-1".parse().unwrap();
        let mut row = LedgerRow::new(id, "charge", 2, false, LedgerStatus::Started);
        row.attempts = 1;
        row.lease = Some(Lease { token: 7, until: START.plus(Duration::from_secs(30)) });
        row
    }

    #[test]
    fn only_what_changed_is_told() {
        let check = |before: Option<&LedgerRow>, change: fn(&mut LedgerRow), expected: &str| {
            let mut after = before.cloned().unwrap_or_else(started);
            change(&mut after);
            assert_eq!(told(before, &after).0, expected);
        };
        let row = started();
        check(None, |_| (), "charge becomes started, lease until +00:00:30");
        check(Some(&row), |_| (), "charge: nothing but times changes");
        let objects = |row: &mut LedgerRow| drop(row.objects.insert("payment".into(), "pi_1".into()));
        check(Some(&row), objects, "charge: payment pi_1 is recorded");
        let done = |row: &mut LedgerRow| {
            (row.status, row.lease, row.output) = (LedgerStatus::Done, None, Some("x".into()));
        };
        check(Some(&row), done, "charge becomes done");
        let unknown = |row: &mut LedgerRow| {
            (row.lease, row.in_doubt, row.reason) = (None, true, Some("no\nanswer".into()));
        };
        check(Some(&row), unknown, "charge: lease given back, in doubt from now on, because: no answer");
        let again = |row: &mut LedgerRow| {
            row.attempts = 2;
            row.lease = Some(Lease { token: 8, until: START.plus(Duration::from_secs(90)) });
        };
        check(Some(&row), again, "charge: attempt 2, lease until +00:01:30");
        let undone = |row: &mut LedgerRow| {
            (row.status, row.undo, row.lease) = (LedgerStatus::Undone, Some(Undo::NothingFound), None);
        };
        check(Some(&row), undone, "charge becomes undone (nothing found)");
    }
}
