//! One open execution, with what the driver keeps beside the interpreter's state.

use std::sync::Arc;

use amends_types::Timestamp;
use tokio::sync::oneshot;

use crate::driver::machine::Machine;
use crate::driver::timers::TimerKey;
use crate::driver::{ExecutionDescription, ExecutionSummary};
use crate::interp::{Execution, Outcome, TimerId};
use crate::journal::{ArchivedExecution, Status, Tape};

/// An open execution.
pub(super) struct Live {
    pub(super) number: u64,
    pub(super) machine: Arc<Machine>,
    pub(super) name: Arc<str>,
    pub(super) execution: Execution,
    pub(super) tape: Tape,
    /// Few at a time: a task's time limit and heartbeat, and the execution's own limit.
    pub(super) timers: Vec<(TimerId, TimerKey)>,
    /// The oldest segment that is needed for it.
    pub(super) oldest: u64,
    /// Those who wait for its end.
    pub(super) waiters: Vec<oneshot::Sender<()>>,
}

impl Live {
    pub(super) fn new(number: u64, machine: Arc<Machine>, name: Arc<str>, oldest: u64) -> Self {
        let execution = Execution::new(machine.asl.clone(), machine.identity(&name));
        let (tape, timers, waiters) = (Tape::default(), Vec::new(), Vec::new());
        Self { number, machine, name, execution, tape, timers, oldest, waiters }
    }

    pub(super) fn describe(&self) -> ExecutionDescription {
        ExecutionDescription {
            execution_arn: self.machine.execution_arn(&self.name),
            machine: self.machine.name.to_string(),
            name: self.name.to_string(),
            status: Status::Running,
            started: self.execution.started_at(),
            stopped: None,
            input: self.execution.input().clone(),
            output: None,
            error: None,
            cause: None,
            state: self.execution.current_state().map(str::to_owned),
            redrives: self.execution.redrive_count(),
            redriven: self.execution.redriven_at(),
        }
    }

    pub(super) fn summary(&self) -> ExecutionSummary {
        ExecutionSummary {
            number: self.number,
            machine: self.machine.name.clone(),
            name: self.name.clone(),
            status: Status::Running,
            started: self.execution.started_at(),
            stopped: None,
            redrives: self.execution.redrive_count(),
        }
    }

    /// The archive's row of an execution that has ended so, then.
    pub(super) fn into_archived(self, outcome: &Outcome, stopped: Timestamp) -> ArchivedExecution {
        let (output, error, cause) = match outcome {
            Outcome::Succeeded { output } => (Some(output.to_string()), None, None),
            Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
                (None, error.clone(), cause.clone())
            }
            Outcome::TimedOut => (None, None, None),
        };
        ArchivedExecution {
            number: self.number,
            machine: self.machine.name.to_string(),
            name: self.name.to_string(),
            definition: self.machine.id(),
            status: Status::of(outcome),
            started: self.execution.started_at(),
            stopped,
            output,
            error,
            cause,
            redrives: self.execution.redrive_count(),
            redriven: self.execution.redriven_at(),
            tape: self.tape.into_bytes(),
        }
    }
}

impl From<&ArchivedExecution> for ExecutionSummary {
    fn from(row: &ArchivedExecution) -> Self {
        Self {
            number: row.number,
            machine: row.machine.as_str().into(),
            name: row.name.as_str().into(),
            status: row.status,
            started: row.started,
            stopped: Some(row.stopped),
            redrives: row.redrives,
        }
    }
}
