//! What happened in a run, in order: what invariants about the way look at, and what a report tells.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::TaskPayload;
use amends_store::{LedgerRow, NewAuditRow, SagaRow};
use amends_types::{SagaId, Timestamp};

use crate::explore::fault::Fault;

/// Everything that happened in one run.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// In order.
    pub moments: Vec<Moment>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When, by a clock that nobody sets.
    pub at: Timestamp,
    /// Who did it: `charge.execute.1`, `sweeper.2`, `engine`.
    pub actor: Arc<str>,
    /// What.
    pub what: Happened,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum Happened {
    /// A fault was injected.
    Injected {
        /// Where: `charge.execute.1/capture.1`.
        site: String,
        /// What.
        fault: Fault,
    },
    /// A task reached a worker.
    Delivered {
        /// What it asks.
        payload: TaskPayload,
    },
    /// The actor, a worker, answered a task.
    Answered {
        /// What it was asked.
        payload: TaskPayload,
        /// `Ok` with the summary, or the error's name and cause.
        answer: Result<String, (String, String)>,
        /// Whether anybody waited for it.
        heard: bool,
    },
    /// A commit changed a saga row, or made it.
    Saga {
        /// As it was.
        before: Option<Box<SagaRow>>,
        /// As it is.
        after: Box<SagaRow>,
    },
    /// A commit changed a ledger row, or made it.
    Ledger {
        /// As it was.
        before: Option<Box<LedgerRow>>,
        /// As it is.
        after: Box<LedgerRow>,
    },
    /// A commit recorded what a person decided.
    Decided(Box<NewAuditRow>),
    /// A provider was called, and answered or not.
    Called(Box<ProviderCall>),
    /// An execution was started.
    Started {
        /// The state machine.
        machine: String,
        /// The execution.
        run: String,
    },
    /// An execution was found to have ended.
    Ended(Ended),
    /// Step Functions told somebody that this execution has ended.
    SeenEnded {
        /// The execution.
        run: String,
    },
    /// A person undid by hand what a step has left, and is about to say so.
    UndoneByHand {
        /// The saga.
        saga: SagaId,
        /// The step.
        step: String,
    },
    /// The scenario's provider says no, though nothing was injected.
    Refused {
        /// Where: `charge.compensate.1/reverse`.
        site: String,
    },
    /// A customer cancelled a saga, and was told that it will come to nothing.
    Cancelled {
        /// Which.
        saga: SagaId,
    },
    /// A task reached a worker, although its execution had left that state.
    WentBack {
        /// What it asks.
        payload: TaskPayload,
    },
    /// A worker panicked.
    Panicked,
    /// A person or a process did something; told as it stands.
    Noted(String),
    /// The process began, or began again.
    ProcessStarted,
}

/// A call of a provider, as the caller saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCall {
    /// What was asked: `capture`.
    pub operation: &'static str,
    /// For which saga.
    pub reference: String,
    /// The idempotency key; lookups have none.
    pub key: Option<String>,
    /// When it was made.
    pub at: Timestamp,
    /// For how long the provider remembers a key; for ever if none is said.
    pub key_window: Option<Duration>,
    /// The object that it is about, if it names one that was there before.
    pub object: Option<String>,
    /// Whether the key alone keeps a repeat from a second effect.
    pub relies_on_key: bool,
    /// What came back: `ok`, or the error.
    pub outcome: Result<String, String>,
    /// Whether the caller could know that nothing was done.
    pub proven_not_done: bool,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The state machine.
    pub machine: String,
    /// The execution.
    pub run: String,
    /// `SUCCEEDED`, `FAILED`, `ABORTED`, `TIMED_OUT`.
    pub status: String,
    /// The error's name.
    pub error: Option<String>,
    /// What a person is told.
    pub cause: Option<String>,
}

impl ProviderCall {
    /// Whether it can change anything that counts. A lookup has no key; what makes an object without effect neither
    /// relies on its key nor names an object.
    pub fn can_have_an_effect(&self) -> bool {
        self.key.is_some() && !self.proven_not_done && (self.relies_on_key || self.object.is_some())
    }
}

impl Trace {
    /// Every change of saga rows, in order.
    pub fn sagas(&self) -> impl Iterator<Item = (Option<&SagaRow>, &SagaRow)> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            Happened::Saga { before, after } => Some((before.as_deref(), &**after)),
            _ => None,
        })
    }

    /// Every change of ledger rows, in order.
    pub fn ledger(&self) -> impl Iterator<Item = (Option<&LedgerRow>, &LedgerRow)> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            Happened::Ledger { before, after } => Some((before.as_deref(), &**after)),
            _ => None,
        })
    }

    /// Every call of a provider, in order.
    pub fn calls(&self) -> impl Iterator<Item = &ProviderCall> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            Happened::Called(call) => Some(&**call),
            _ => None,
        })
    }

    /// The state machine of the execution of this name that was started last.
    pub fn machine_of(&self, run: &str) -> Option<String> {
        self.moments.iter().rev().find_map(|moment| match &moment.what {
            Happened::Started { machine, run: started } if started == run => Some(machine.clone()),
            _ => None,
        })
    }

    /// Every end of an execution, in order.
    pub fn ends(&self) -> impl Iterator<Item = &Ended> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            Happened::Ended(ended) => Some(ended),
            _ => None,
        })
    }
}
