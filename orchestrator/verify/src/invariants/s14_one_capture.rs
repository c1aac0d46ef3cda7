//! S14: no second capture while the first is unknown.
//!
//! The same capture may be asked for again: same key, same object. A capture under another key or of another object is
//! a second one, and is allowed only when nobody has to doubt the first any more: it is proven not done, or a later call
//! about its object was answered.

use super::Invariant;
use crate::Evidence;
use crate::explore::ProviderCall;
use crate::way::calls;

/// The call that takes money.
const CAPTURE: &str = "capture";

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S14", sentence: "no second capture while the first is unknown", at_rest: false, check };

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let calls = calls(evidence);
    let calls: Vec<&ProviderCall> = calls.into_iter().map(|(_, call)| call).collect();
    let mut found = Vec::new();
    for (place, second) in calls.iter().enumerate().filter(|(_, call)| call.operation == CAPTURE) {
        let earlier = &calls[..place];
        let unknown = earlier.iter().enumerate().find(|(place, first)| {
            first.operation == CAPTURE && is_another(first, second) && is_unknown(first, &earlier[*place..])
        });
        if let Some((_, first)) = unknown {
            let of = |call: &ProviderCall| call.object.clone().unwrap_or_default();
            found.push(format!("a capture of {:?} while that of {:?} was unknown", of(second), of(first)));
        }
    }
    found
}

fn is_another(first: &ProviderCall, second: &ProviderCall) -> bool {
    first.key != second.key || first.object != second.object
}

/// `since` is the call itself and what followed it.
fn is_unknown(call: &ProviderCall, since: &[&ProviderCall]) -> bool {
    !call.proven_not_done && !since.iter().any(|later| later.object == call.object && later.outcome.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, call, caught_by, committed, unknown, with_call};

    #[test]
    fn a_sound_saga_never_captures_twice() {
        assert_finds_nothing(check);
    }

    fn capture(key: &str, object: &str) -> ProviderCall {
        ProviderCall { object: Some(object.into()), relies_on_key: false, ..call("capture", Some(key), 3) }
    }

    /// What is found when these are the captures of a saga.
    fn found(captures: &[ProviderCall]) -> Vec<&'static str> {
        let begun =
            |evidence, capture: &ProviderCall| with_call(evidence, "charge.execute.1", capture.clone());
        caught_by(&captures.iter().fold(committed(), begun))
    }

    #[test]
    fn another_capture_while_the_first_is_unknown_is_caught() {
        let first = || unknown(capture("key", "first"));
        assert_eq!(found(&[first(), capture("key", "first")]), [""; 0]);
        assert_eq!(found(&[first(), capture("key", "second")]), ["S14"]);
        assert_eq!(found(&[first(), capture("other", "first")]), ["S14"]);
    }

    #[test]
    fn another_capture_when_the_first_is_known_is_not_this_ones_business() {
        let proven = ProviderCall { proven_not_done: true, ..unknown(capture("key", "first")) };
        assert_eq!(found(&[proven, capture("other", "second")]), [""; 0]);
        let reversed = ProviderCall { operation: "reverse", ..capture("undo", "first") };
        let first = unknown(capture("key", "first"));
        assert_eq!(found(&[first, reversed, capture("other", "second")]), [""; 0]);
    }
}
