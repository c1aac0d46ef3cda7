//! S7: undos run in reverse order.
//!
//! At rest that shows only where one execution alone unwound the saga. On the way each execution is seen, and a repair is
//! an execution of its own: none begins to undo a step before one that it undoes after it in the saga.

use std::collections::BTreeMap;
use std::time::Duration;

use amends_saga::Op;

use amends_store::{LedgerRow, LedgerStatus, Undo};

use super::Invariant;
use crate::Evidence;
use crate::explore::Happened;
use crate::way::{task_of, walk};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S7",
    at_rest: true,
    sentence: "steps are undone in reverse order (those that an earlier unwind gave up on excepted)",
    check,
};

/// A step that had nothing to undo has no place in the order.
fn was_undone(row: &&LedgerRow) -> bool {
    row.undoing.is_some() && !matches!(row.undo, Some(Undo::NeverStarted | Undo::WasRefused))
}

/// Whether one execution alone unwound the saga. A later one may have to undo what an earlier one gave up on, after
/// others that come before it in the saga; so the order is judged only here.
fn is_of_one_execution(evidence: &Evidence<'_>) -> bool {
    let saga = &evidence.saga;
    // The sweeper gives an unwind its time in the transaction that names it. If that transaction also began the
    // unwinding, no compensation had run before.
    let time_limit = Duration::from_secs(evidence.definition.deadline_seconds());
    let begun_by_it = saga.unwinding_since.map(|since| since.plus(time_limit)) == Some(saga.deadline);
    saga.unwinds == 0 || (saga.unwinds == 1 && begun_by_it)
}

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = on_the_way(evidence);
    if is_of_one_execution(evidence) {
        found.extend(at_rest(evidence));
    }
    found
}

/// Each execution asks for the first time for one step after the other, from the last to the first.
fn on_the_way(evidence: &Evidence<'_>) -> Vec<String> {
    let (mut found, mut asked) = (Vec::new(), BTreeMap::<_, Vec<u32>>::new());
    walk(evidence, |standing, moment| {
        let Happened::Ledger { after, .. } = &moment.what else { return };
        let Some(task) = task_of(standing, &moment.actor, Op::Compensate) else { return };
        let before = standing.rows.get(after.step.as_str()).map_or(0, |row| row.undo_attempts);
        if after.undo_attempts <= before {
            return;
        }
        let asked = asked.entry(&task.run).or_default();
        if !asked.contains(&after.position) {
            if asked.iter().any(|position| *position < after.position) {
                found.push(format!("{} undid {} after a step before it", task.run, after.step));
            }
            asked.push(after.position);
        }
    });
    found
}

fn at_rest(evidence: &Evidence<'_>) -> Vec<String> {
    let mut undone: Vec<&LedgerRow> = evidence.rows.iter().filter(was_undone).collect();
    undone.sort_by_key(|row| row.position);
    let mut found = Vec::new();
    for pair in undone.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        // One that gave up was parked when all the others had run, and a person said later what became of it.
        let by_word = matches!(later.undo, Some(Undo::Resolved | Undo::Accepted));
        let ended = later.settled.filter(|_| later.status == LedgerStatus::Undone && !by_word);
        if later.undoing > earlier.undoing {
            found.push(format!("{} began to be undone before {}", earlier.step, later.step));
        } else if ended > earlier.undoing {
            found.push(format!("{} began to be undone before {} was", earlier.step, later.step));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Moment;
    use crate::sound::{
        assert_finds_nothing, at, caught_by, compensated, delivered, row_of, row_put, watched,
        with_before_verdict,
    };

    #[test]
    fn sound_sagas_are_undone_in_reverse_order() {
        assert_finds_nothing(check);
    }

    #[test]
    fn an_undo_out_of_order_is_caught() {
        let mut mutant = compensated();
        let row = row_of(&mut mutant, "reserve_stock");
        (row.undoing, row.settled) = (Some(at(101)), Some(at(101)));
        assert_eq!(caught_by(&mutant), ["S7"]);
    }

    #[test]
    fn an_undo_that_began_before_the_one_before_it_had_ended_is_caught() {
        let mut mutant = compensated();
        row_of(&mut mutant, "charge").settled = Some(at(200));
        assert_eq!(caught_by(&mutant), ["S7"]);
    }

    #[test]
    fn an_execution_that_undoes_out_of_order_is_caught_whatever_others_did() {
        let attempt = |step: &str| {
            let mut row = row_of(&mut compensated(), step).clone();
            row.undo_attempts = 5;
            Moment { actor: format!("{step}.compensate.2").into(), ..row_put(&row) }
        };
        let check = |steps: [&str; 2]| {
            let mut evidence = compensated();
            evidence.saga.unwinds = 2;
            let way = steps.map(|step| [delivered(step, Op::Compensate), attempt(step)]).concat();
            check(&way.into_iter().fold(watched(evidence), with_before_verdict))
        };
        assert_eq!(check(["charge", "order"]), [""; 0]);
        assert_eq!(check(["order", "charge"]), ["o undid charge after a step before it"]);
    }

    #[test]
    fn an_unwind_that_alone_undid_everything_is_held_to_the_order() {
        let mut mutant = compensated();
        mutant.saga.unwinds = 1;
        mutant.saga.deadline = at(100).plus(Duration::from_secs(mutant.definition.deadline_seconds()));
        assert_eq!(caught_by(&mutant), [""; 0]);
        row_of(&mut mutant, "charge").settled = Some(at(200));
        assert_eq!(caught_by(&mutant), ["S7"]);
    }
}
