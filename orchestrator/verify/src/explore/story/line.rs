//! One line of a story.

use serde::Serialize;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its place in the run, from 1.
    pub number: usize,
    /// Microseconds since the start.
    pub at_micros: u64,
    /// What kind of thing it is.
    pub kind: LineKind,
    /// Who did it: `charge.execute.1`, `sweeper.2`, `engine`.
    pub who: String,
    /// What, as a sentence without its subject.
    pub what: String,
    /// How much it says.
    #[serde(skip)]
    pub(super) weight: Weight,
}

/// How much a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// What one wants to know.
    Telling,
    /// What happens when all is well.
    Plain,
    /// A row was written, and nothing of it changed: it is not told.
    Nothing,
}

impl Weight {
    pub(super) const fn plain_if(is_plain: bool) -> Self {
        if is_plain { Self::Plain } else { Self::Telling }
    }
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Something was made to go wrong.
    Injected,
    /// A task reached a worker.
    Delivered,
    /// A worker answered.
    Answered,
    /// A commit changed a saga row.
    Saga,
    /// A commit changed a ledger row.
    Ledger,
    /// A provider was called.
    Called,
    /// An execution was started.
    Started,
    /// An execution ended.
    Ended,
    /// A person or a process did something.
    Noted,
}
