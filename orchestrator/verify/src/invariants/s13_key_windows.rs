//! S13: no retry relies on a key that the provider may have forgotten.
//!
//! A call relies on its key when nothing else keeps a repeat from a second effect. Whoever speaks to the provider says
//! so with each call (`relies_on_key`): preparing a payment has no effect; a capture, a reversal and a revert name an
//! object whose own state forbids a second one, and the suites of the traits hold every provider to that. Recording a
//! sale or sending a message has only its key. Such a call may be repeated past the window only by an attempt that has
//! asked the provider first, and was answered, unless every earlier one is proven not to have been done.

use super::Invariant;
use crate::Evidence;
use crate::explore::ProviderCall;
use crate::way::calls;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S13",
    sentence: "no retry relies on a key past the provider's window",
    at_rest: false,
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let calls = calls(evidence);
    let mut found = Vec::new();
    for (place, (actor, call)) in calls.iter().enumerate() {
        let earlier = &calls[..place];
        let asked = earlier.iter().any(|(who, lookup)| who == actor && is_answered_lookup(lookup));
        let forgotten = earlier.iter().find(|(_, first)| is_forgotten_by(first, call));
        if let Some((_, first)) = forgotten.filter(|_| call.relies_on_key && !asked) {
            let (operation, at) = (call.operation, first.at);
            found.push(format!(
                "{actor} repeated {operation} of {at}, whose key was forgotten, and did not ask"
            ));
        }
    }
    found
}

fn is_answered_lookup(call: &ProviderCall) -> bool {
    call.key.is_none() && call.outcome.is_ok()
}

/// Whether `call` repeats `first`, which may have been done, when its key is not remembered any more.
fn is_forgotten_by(first: &ProviderCall, call: &ProviderCall) -> bool {
    let may_be_done = !first.proven_not_done;
    let Some(window) = call.key_window else { return false };
    let repeats = first.key.is_some() && first.key == call.key && first.operation == call.operation;
    repeats && may_be_done && first.at.plus(window) <= call.at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{DAY, assert_finds_nothing, call, caught_by, committed, unknown, with_call};

    #[test]
    fn no_retry_of_a_sound_saga_relies_on_a_forgotten_key() {
        assert_finds_nothing(check);
    }

    const SYNC: &str = "external_inventory_sync.execute.1";

    /// A sync of which nobody knows, and its repeat after some time.
    fn repeated(seconds: i64, change: impl Fn(&mut ProviderCall)) -> Evidence<'static> {
        let mut sync = call("sync", Some("key"), seconds);
        change(&mut sync);
        let first =
            with_call(committed(), SYNC, unknown(ProviderCall { at: crate::sound::at(0), ..sync.clone() }));
        with_call(first, "external_inventory_sync.execute.2", sync)
    }

    #[test]
    fn a_repeat_past_the_window_is_caught() {
        assert_eq!(caught_by(&repeated(DAY - 1, |_| {})), [""; 0]);
        assert_eq!(caught_by(&repeated(DAY, |_| {})), ["S13"]);
    }

    #[test]
    fn a_repeat_that_has_more_than_its_key_is_allowed() {
        assert_eq!(caught_by(&repeated(DAY, |call| call.relies_on_key = false)), [""; 0]);
        assert_eq!(caught_by(&repeated(DAY, |call| call.key_window = None)), [""; 0]);
    }

    #[test]
    fn a_repeat_after_asking_is_allowed_and_after_asking_in_vain_is_not() {
        let first = || with_call(committed(), SYNC, unknown(call("sync", Some("key"), 0)));
        let again = "external_inventory_sync.execute.2";
        let asked = with_call(first(), again, call("find", None, DAY));
        assert_eq!(caught_by(&with_call(asked, again, call("sync", Some("key"), DAY))), [""; 0]);
        let in_vain = with_call(first(), again, unknown(call("find", None, DAY)));
        assert_eq!(caught_by(&with_call(in_vain, again, call("sync", Some("key"), DAY))), ["S13"]);
    }
}
