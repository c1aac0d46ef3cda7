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
mod mode;
mod recovered;
mod settle;
mod undo_gate;

pub(crate) use compensate::compensate;
pub(crate) use execute::execute;
pub(crate) use leases::end_leases;
pub(crate) use mode::Mode;
pub(crate) use settle::settle;
