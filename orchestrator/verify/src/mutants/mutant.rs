//! One mutant.

use std::fmt;

use crate::explore::Setup;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The state machine.
    Machine,
    /// A step.
    Step,
    /// The protocol.
    Harness,
    /// The engine's journal.
    Engine,
    /// The store.
    Store,
    /// A provider.
    Provider,
    /// The relay, the sweeper or a cancel.
    Coordinator,
    /// What several coordinators or engines on one store keep to.
    Several,
    /// What a person's decision about a stuck saga changes.
    Repair,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Machine => "machine",
            Self::Step => "step",
            Self::Harness => "harness",
            Self::Engine => "engine",
            Self::Store => "store",
            Self::Provider => "provider",
            Self::Coordinator => "coordinator",
            Self::Several => "several",
            Self::Repair => "repair",
        })
    }
}

/// Something that is wrong on purpose.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// Its name: `undo_order_swapped`.
    pub name: &'static str,
    /// Where it is wrong.
    pub layer: Layer,
    /// What is wrong, as a sentence without a full stop.
    pub told: &'static str,
    /// The wrong thing.
    pub setup: fn() -> Setup,
}
