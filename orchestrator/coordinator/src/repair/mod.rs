//! Repair: what could not be undone is a work item, and a person decides.
//!
//! A parked step holds an effect, or may hold one. A person has it undone once more (`retry`), says that it was undone
//! outside (`resolve`), or accepts it as it is (`accept`). Each decision is one transaction with its record in the audit
//! log, and two people who decide at once do not both do so: the saga row is locked.

mod decide;
mod error;
mod error_class;
mod parked;
mod retry;

pub use decide::{HowDecided, decide};
pub use error::RepairError;
pub use error_class::error_class;
pub use parked::{Held, ParkedQuery, ParkedStep, WorkItem, parked, work_item};
pub use retry::{Retried, retry};
