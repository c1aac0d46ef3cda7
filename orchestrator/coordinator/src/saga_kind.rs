//! What the coordinator knows of a saga: its machines' names, and how long it may take.

use std::time::Duration;

/// A saga that can be started, without its steps: the coordinator links none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaKind {
    /// The saga's name, and its forward machine's.
    pub name: String,
    /// The unwind machine's name.
    pub unwind_name: String,
    /// How long its execution can last: the sum of all state limits, retries and leases.
    pub time_limit: Duration,
}
