//! What the loop is asked.

use std::collections::HashSet;
use std::sync::Arc;

use amends_types::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::driver::activities::Poll;
use crate::driver::callback::Callback;
use crate::driver::machine::Machine;
use crate::driver::redrive::Reopen;
use crate::driver::{
    CallbackError, ExecutionDescription, ExecutionSummary, StartAnswer, StartError, StopError, TaskFailure,
};
use crate::interp::{Input, TaskId, TaskToken};
use crate::journal::{ArchivedExecution, ListFilter};

/// An execution by its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) machine: Arc<str>,
    pub(super) name: Arc<str>,
}

impl Key {
    pub(super) fn new(machine: &str, name: &str) -> Self {
        Self { machine: machine.into(), name: name.into() }
    }
}

/// A start has a queue of its own, which the loop leaves alone while it has too much to do.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) machine: Arc<Machine>,
    pub(super) name: Arc<str>,
    pub(super) input: Value,
    /// How often executions had moved to the archive before it was asked for the name.
    pub(super) as_of: u64,
    pub(super) reply: oneshot::Sender<Started>,
}

/// The answer to a [`Start`].
#[derive(Debug)]
pub(super) enum Started {
    Answer(Result<StartAnswer, StartError>),
    /// Executions have moved to the archive meanwhile: ask it for the name once more.
    LookAgain(Value),
}

/// An execution that the loop knows.
#[derive(Debug)]
pub(super) enum Known<T> {
    Open(T),
    /// It has ended and is on its way to the archive.
    Finished(Arc<ArchivedExecution>),
}

/// An execution's machine and the bytes of its tape.
pub(super) type Taped = (Arc<Machine>, Vec<u8>);

/// Anything else.
#[derive(Debug)]
pub(super) enum Command {
    TaskDone {
        execution: u64,
        task: TaskId,
        result: Result<Value, TaskFailure>,
        /// It still took room among the tasks at work.
        is_counted: bool,
    },
    TaskSubmitted {
        execution: u64,
        task: TaskId,
        output: Value,
    },
    CallBack {
        token: TaskToken,
        callback: Callback,
        reply: oneshot::Sender<Result<(), CallbackError>>,
    },
    PollActivity {
        arn: Arc<str>,
        poll: Poll,
    },
    /// Let something happen to an open execution that somebody asked for; answered with the time of that.
    Happen {
        key: Key,
        input: Input,
        reply: oneshot::Sender<Result<Timestamp, StopError>>,
    },
    /// `None`: look into the archive.
    Describe {
        key: Key,
        reply: oneshot::Sender<Option<Known<ExecutionDescription>>>,
    },
    /// All occurrences. `None`: look into the archive.
    Tape {
        key: Key,
        reply: oneshot::Sender<Option<Known<Taped>>>,
    },
    /// Answered once the execution is not open.
    WaitEnd {
        key: Key,
        reply: oneshot::Sender<()>,
    },
    List {
        filter: ListFilter,
        reply: oneshot::Sender<Vec<ExecutionSummary>>,
    },
    /// An execution that has ended. `None`: look into the archive.
    Ended {
        key: Key,
        reply: oneshot::Sender<Option<Known<()>>>,
    },
    Reopen(Reopen),
    /// Which of these are open.
    WhichOpen {
        numbers: Vec<u64>,
        reply: oneshot::Sender<HashSet<u64>>,
    },
    CountOpen {
        reply: oneshot::Sender<usize>,
    },
    Shutdown {
        reply: oneshot::Sender<()>,
    },
}
