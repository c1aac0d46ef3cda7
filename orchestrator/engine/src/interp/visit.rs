//! One visit of a state: from entering it to leaving it.

use std::sync::Arc;

use amends_asl::StateIndex;
use amends_types::Timestamp;
use serde_json::Value;

use super::fork::Fork;
use super::occurrence::{TaskId, TimerId};
use super::thread::Thread;

/// The state that an execution is in, and what it has there.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) state: StateIndex,
    pub(super) entered_at: Timestamp,
    /// The number of the event with which the state was entered; causes of errors name it. 0 where there is no history.
    pub(super) entered_event: u32,
    /// As it came, before `InputPath`.
    pub(super) input: Arc<Value>,
    /// How often each retrier has retried; empty until one has.
    pub(super) retries: Vec<u32>,
    pub(super) awaits: Awaits,
}

impl Visit {
    /// `$$.State.RetryCount`.
    pub(super) fn retry_count(&self) -> u32 {
        self.retries.iter().sum()
    }
}

/// What a visit waits for.
#[derive(Debug, Clone)]
pub(super) enum Awaits {
    /// Nothing: it is being worked on.
    Nothing,
    /// The answer to an attempt at a task.
    Answer(Attempt),
    /// The time of the next attempt.
    Backoff { timer: Timer, error: String },
    /// The time that a Wait state waits for.
    Time(Timer),
    /// The ends of the threads that a Parallel or a Map state has begun.
    Threads(Box<Fork>),
    /// Nothing any more: its threads were cut short, and are kept in case the execution is redriven.
    Broken(Box<Broken>),
}

/// A fork that has failed, and those of its threads that had not ended well.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) fork: Fork,
    pub(super) threads: Vec<Thread>,
}

/// A timer that has been set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timer {
    pub(super) id: TimerId,
    pub(super) at: Timestamp,
}

/// An attempt at a task that is under way.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) task: TaskId,
    /// See [`Invocation::secret`](super::Invocation::secret).
    pub(super) secret: u64,
    pub(super) since: Timestamp,
    /// Of an activity: it is there.
    pub(super) is_accepted: bool,
    /// What was asked for has begun: a submitted job, or an activity's task that a worker took.
    pub(super) is_begun: bool,
    pub(super) timeout: Option<Timer>,
    pub(super) heartbeat: Option<Heartbeat>,
}

/// How long an attempt may be silent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heartbeat {
    pub(super) seconds: u32,
    /// None while no worker has taken the task.
    pub(super) timer: Option<Timer>,
}

impl Awaits {
    pub(super) fn answer_of(&self, task: TaskId) -> bool {
        matches!(self, Self::Answer(attempt) if attempt.task == task)
    }

    pub(super) fn timers(&self) -> impl Iterator<Item = Timer> {
        let (first, second) = match self {
            Self::Nothing | Self::Threads(_) | Self::Broken(_) => (None, None),
            Self::Answer(attempt) => {
                (attempt.timeout, attempt.heartbeat.and_then(|heartbeat| heartbeat.timer))
            }
            Self::Backoff { timer, .. } | Self::Time(timer) => (Some(*timer), None),
        };
        first.into_iter().chain(second)
    }
}

/// What an execution waits for, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting<'a> {
    /// A worker's answer.
    Task {
        /// What was called.
        resource: &'a str,
        /// How often it has been called before in this visit of the state.
        retries: u32,
        /// When it was called.
        since: Timestamp,
        /// When waiting for it ends, if it ever does.
        until: Option<Timestamp>,
    },
    /// The time of the next attempt.
    Retry {
        /// The error of the last one.
        error: &'a str,
        /// How many retries there will have been.
        retries: u32,
        /// When it will be.
        at: Timestamp,
    },
    /// A time, in a Wait state.
    Time {
        /// Which.
        until: Timestamp,
    },
    /// The branches of a Parallel state, or the iterations of a Map state.
    Branches {
        /// How many are under way.
        running: usize,
        /// How many there are.
        total: usize,
    },
}
