//! Mutants: sagas, machines, harnesses, stores, providers and coordinators that are wrong on purpose.
//!
//! Each is the real thing with one rule less. The search must find every one of them; a search that does not could not
//! find the same mistake in a saga that somebody writes. A harness with one rule less is the real one on a store that
//! lies in just the way that makes the rule useless (`lens.rs`).

mod all;
mod coordinator;
mod engine;
mod harness;
mod hunt;
mod lossy;
mod lying;
mod machine;
mod made;
mod mutant;
mod provider;
mod repair;
mod several;
mod step;
mod store;

pub use all::all;
pub use hunt::{Hunted, hunt};
pub use mutant::{Layer, Mutant};
