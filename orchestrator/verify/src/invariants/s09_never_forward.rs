//! S9: nothing goes forward once the saga unwinds.

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S9", sentence: "no step begins after its saga began to unwind", check };

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let Some(since) = evidence.saga.unwinding_since else {
        return Vec::new();
    };
    let late = evidence.rows.iter().filter(|row| row.started.is_some_and(|started| started > since));
    late.map(|row| format!("{} began after the saga had begun to unwind", row.step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, at, caught_by, compensated, row_of, stuck};

    #[test]
    fn no_step_of_a_sound_saga_began_while_it_unwound() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_step_that_began_after_the_unwinding_is_caught() {
        for mut mutant in [compensated(), stuck()] {
            row_of(&mut mutant, "charge").started = Some(at(101));
            assert_eq!(caught_by(&mutant), ["S9"]);
        }
    }
}
