//! The saga protocol: what may begin, what is recorded, when a saga commits and how it ends.
//!
//! Each file is one transition. All of them lock the saga row before a ledger row, so that no two transactions wait
//! for each other in a circle.

mod answer;
mod commit;
mod compensate;
mod compensate_local;
mod execute;
mod execute_local;
mod gate;
mod leases;
mod settle;
mod undo_gate;

pub(crate) use compensate::compensate;
pub(crate) use execute::execute;
pub(crate) use leases::end_leases;
pub(crate) use settle::settle;

/// Who asks for an execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// An execution, while the saga goes forward.
    Forward,
    /// The relay, for a best-effort step that a committed saga still owes.
    Owed,
}
