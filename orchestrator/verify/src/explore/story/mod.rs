//! Stories: a run told to a person, like the history of an execution, and as JSON to a program.
//!
//! A story is a function of the counterexample alone. Everything is in it; the text leaves out what a reader would skip
//! (`fold`).

mod call;
mod fold;
mod ledger;
mod line;
mod moment;
mod saga;
mod short;
mod telling;
#[cfg(test)]
mod tests;
mod text;

pub use line::{Line, LineKind};
pub use telling::{BrokenTold, InjectionTold, SagaTold, StepTold, Story};
