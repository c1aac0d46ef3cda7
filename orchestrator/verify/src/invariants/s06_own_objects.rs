//! S6: a saga touches only what is its own.
//!
//! At rest the books show it: whatever is undone was there for the same saga. A correction is a message of its own and
//! undoes no object. On the way every call shows it: an attempt for one saga that names another one is seen even if
//! nothing came of it.

use super::Invariant;
use crate::explore::Happened;
use crate::way::walk;
use crate::{BookEffect, Direction, Evidence};

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S6", sentence: "an undo touches only objects of its own saga", at_rest: true, check };

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let reversed = evidence.effects.iter().filter(|effect| effect.direction == Direction::Reversed);
    for undo in reversed.filter(|effect| !effect.is_notice()) {
        if undo.object.is_some() && !evidence.effects.iter().any(|effect| is_undone_by(effect, undo)) {
            found.push(format!("{} of an object on which this saga had done nothing before", undo.name));
        }
    }
    walk(evidence, |standing, moment| {
        if let Happened::Called(call) = &moment.what
            && let Some(task) = standing.tasks.get(&*moment.actor)
            && call.reference != evidence.saga.id.as_str()
        {
            let (step, op) = (&task.step, task.op);
            found.push(format!("{op} of {step} called {} for {}", call.operation, call.reference));
        }
    });
    found
}

fn is_undone_by(effect: &BookEffect, undo: &BookEffect) -> bool {
    effect.direction != Direction::Reversed && effect.step == undo.step && effect.object == undo.object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, call, caught_by, compensated, effect_of, with_call};

    #[test]
    fn a_sound_saga_undoes_only_its_own() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_refund_of_another_payment_is_caught() {
        let mut mutant = compensated();
        effect_of(&mut mutant, "refunded").object = Some("of another saga".into());
        assert_eq!(caught_by(&mutant), ["S6"]);
    }

    #[test]
    fn a_call_for_another_saga_is_caught_although_nothing_came_of_it() {
        let mut lookup = call("find", None, 108);
        lookup.reference = "another".into();
        let mutant = with_call(compensated(), "external_inventory_sync.compensate.1", lookup);
        assert_eq!(caught_by(&mutant), ["S6"]);
    }
}
