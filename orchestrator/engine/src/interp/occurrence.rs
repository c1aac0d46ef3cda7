//! What goes into an execution and what comes out of it.
//!
//! [`Occurrence`]s are all that is ever journalled. Time and chance are part of them, so that folding the same
//! occurrences again gives the same actions and the same history, to the microsecond.

use amends_types::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::map::MapRunUpdate;

/// One attempt at a task, numbered within its execution from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub u32);

/// One timer, numbered within its execution from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimerId(pub u32);

/// Something that happened to an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// When it happened.
    pub at: Timestamp,
    /// 64 random bits, from which jitter is computed.
    pub entropy: u64,
    /// What happened.
    pub input: Input,
}

/// What can happen to an execution.
///
/// One that refers to a task or a timer that is no longer awaited is absorbed without effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// The execution starts. Always first, and only once.
    Started {
        /// The execution's input.
        input: Value,
    },
    /// A task's worker answered.
    TaskSucceeded {
        /// Which attempt.
        task: TaskId,
        /// The worker's own result; what Step Functions wraps around it is added by the interpreter.
        output: Value,
    },
    /// A task's worker failed.
    TaskFailed {
        /// Which attempt.
        task: TaskId,
        /// The error name.
        error: String,
        /// What a person should know.
        cause: String,
    },
    /// What the task asks for has begun, and its end is awaited: a `.sync` or `.waitForTaskToken` task.
    TaskSubmitted {
        /// Which attempt.
        task: TaskId,
        /// The service's answer.
        output: Value,
    },
    /// The activity of a task is there, and its task is queued.
    TaskAccepted {
        /// Which attempt.
        task: TaskId,
    },
    /// There is nobody who could ever do the task: the activity does not exist. Nothing handles that.
    TaskRefused {
        /// Which attempt.
        task: TaskId,
        /// What a person should know.
        cause: String,
    },
    /// A worker has taken the task of an activity.
    TaskStarted {
        /// Which attempt.
        task: TaskId,
        /// What the worker calls itself.
        worker: Option<String>,
    },
    /// A task's worker says that it is still at work.
    TaskHeartbeat {
        /// Which attempt.
        task: TaskId,
    },
    /// A timer reached its time.
    TimerFired {
        /// Which timer.
        timer: TimerId,
    },
    /// Somebody changed the limits of a map run (UpdateMapRun).
    MapRunUpdated {
        /// Its ARN.
        arn: String,
        /// What was changed.
        update: MapRunUpdate,
    },
    /// Somebody stopped a child execution of a map run (StopExecution).
    ChildStopped {
        /// Its ARN.
        arn: String,
        /// The error name given, if any.
        error: Option<String>,
        /// The cause given, if any.
        cause: Option<String>,
    },
    /// Somebody lets an execution go on that had not ended well (RedriveExecution).
    Redriven,
    /// Somebody stopped the execution (StopExecution).
    Stopped {
        /// The error name given, if any.
        error: Option<String>,
        /// The cause given, if any.
        cause: Option<String>,
    },
}

/// What the driver must do next, in this order, once the occurrence is durable.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Hand a task to a worker.
    Invoke(Invocation),
    /// Report [`Input::TimerFired`] at this time.
    SetTimer {
        /// Which timer.
        timer: TimerId,
        /// When.
        at: Timestamp,
    },
    /// Nobody waits for the task's answer any more, though it has not answered. What it started elsewhere may be
    /// stopped.
    Abandon {
        /// Which attempt.
        task: TaskId,
    },
    /// Forget a timer. Firing it nevertheless is harmless.
    CancelTimer {
        /// Which timer.
        timer: TimerId,
    },
    /// The execution has ended; nothing follows.
    Finish(Outcome),
}

/// A task for a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// Which attempt.
    pub task: TaskId,
    /// The `Resource` of the Task state, such as `arn:aws:states:::lambda:invoke`.
    pub resource: std::sync::Arc<str>,
    /// The effective `Parameters`, after all paths.
    pub parameters: Value,
    /// Chance that belongs to the attempt, and is the same when it is invoked again: the secret of its
    /// [`TaskToken`](super::TaskToken).
    pub secret: u64,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// SUCCEEDED, with the output of the last state.
    Succeeded {
        /// The output.
        output: Value,
    },
    /// FAILED, by a Fail state or an error that nothing caught.
    Failed {
        /// The error name.
        error: Option<String>,
        /// What a person should know.
        cause: Option<String>,
    },
    /// ABORTED, by StopExecution.
    Aborted {
        /// The error name given, if any.
        error: Option<String>,
        /// The cause given, if any.
        cause: Option<String>,
    },
    /// TIMED_OUT, by the machine's own `TimeoutSeconds`.
    TimedOut,
}
