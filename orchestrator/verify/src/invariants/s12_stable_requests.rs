//! S12: a repeated request is the same request.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S12",
    at_rest: true,
    sentence: "key and body of a request are the same at every attempt",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut bodies = BTreeMap::<&str, BTreeSet<&str>>::new();
    let mut keys = BTreeMap::<_, BTreeSet<&str>>::new();
    for effect in &evidence.effects {
        if let Some((key, body)) = &effect.request {
            bodies.entry(key).or_default().insert(body);
            keys.entry((effect.step, effect.name)).or_default().insert(key);
        }
    }
    let changed = bodies.values().filter(|bodies| bodies.len() > 1);
    let mut found: Vec<String> =
        changed.map(|bodies| format!("one key with {} different bodies", bodies.len())).collect();
    for ((_, name), keys) in keys.into_iter().filter(|(_, keys)| keys.len() > 1) {
        found.push(format!("{name} under {} different keys", keys.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, caught_by, committed, effect_of};

    #[test]
    fn the_requests_of_sound_sagas_are_stable() {
        assert_finds_nothing(check);
    }

    /// A notice that went out twice, the second time with another key or body.
    fn changed(change: fn(&mut (String, String))) -> Evidence<'static> {
        let mut mutant = committed();
        let mut again = effect_of(&mut mutant, "sent").clone();
        again.request.as_mut().into_iter().for_each(change);
        mutant.effects.push(again);
        mutant
    }

    #[test]
    fn two_steps_have_different_keys_whatever_they_call_their_effects() {
        let mut evidence = committed();
        for name in ["captured", "synced"] {
            effect_of(&mut evidence, name).name = "booked";
        }
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn a_body_that_changed_is_caught() {
        assert_eq!(caught_by(&changed(|_| {})), [""; 0]);
        assert_eq!(caught_by(&changed(|(_, body)| body.push('x'))), ["S12"]);
    }

    #[test]
    fn a_key_that_changed_is_caught() {
        assert_eq!(caught_by(&changed(|(key, _)| key.push('x'))), ["S12"]);
    }
}
