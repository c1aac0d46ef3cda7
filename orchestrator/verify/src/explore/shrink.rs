//! The shortest schedule that still breaks the same.

use crate::explore::judge::Broken;
use crate::explore::schedule::Schedule;
use crate::explore::search::replay;
use crate::explore::setup::Setup;

/// Leaves out one fault after the other, as long as one of the same invariants is still broken.
pub(crate) fn shrink(setup: &Setup, schedule: &Schedule, broken: &[Broken]) -> Schedule {
    let breaks_the_same = |schedule: &Schedule| {
        let again = replay(setup, schedule);
        again.broken.iter().any(|now| broken.iter().any(|before| before.invariant == now.invariant))
    };
    let mut shortest = schedule.clone();
    let mut place = 0;
    while place < shortest.injections.len() {
        let mut shorter = shortest.clone();
        shorter.injections.remove(place);
        if breaks_the_same(&shorter) {
            // What was needed before may not be needed any more.
            (shortest, place) = (shorter, 0);
        } else {
            place += 1;
        }
    }
    shortest
}
