//! S3: no effect happens twice.

use std::collections::BTreeMap;

use super::Invariant;
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S3",
    at_rest: true,
    sentence: "at most one capture, refund, reservation, release, sync and revert per saga",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut counts = BTreeMap::<_, usize>::new();
    // A payment object may be made twice, if the reply to the first was lost and its key forgotten: no money moves.
    let unique = evidence.effects.iter().filter(|effect| effect.direction != Direction::Neutral);
    for effect in unique.filter(|effect| !effect.is_notice()) {
        *counts.entry((effect.step, effect.name)).or_default() += 1;
    }
    let repeated = counts.into_iter().filter(|(_, count)| *count > 1);
    repeated.map(|((_, name), count)| format!("{name} {count} times")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, caught_by, committed, compensated, effect_of};

    #[test]
    fn no_effect_of_a_sound_saga_happened_twice() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_second_sync_reservation_or_release_is_caught() {
        for (mut mutant, name) in
            [(committed(), "synced"), (committed(), "reserved"), (compensated(), "released")]
        {
            let again = effect_of(&mut mutant, name).clone();
            mutant.effects.insert(0, again);
            assert_eq!(caught_by(&mutant), ["S3"], "{name}");
        }
    }

    #[test]
    fn two_steps_may_have_effects_of_the_same_name() {
        let mut evidence = committed();
        for name in ["captured", "reserved"] {
            effect_of(&mut evidence, name).name = "booked";
        }
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn a_second_capture_is_caught_although_both_were_refunded() {
        let mut mutant = compensated();
        for name in ["captured", "refunded"] {
            let again = effect_of(&mut mutant, name).clone();
            mutant.effects.push(again);
        }
        assert_eq!(caught_by(&mutant), ["S3"]);
    }
}
