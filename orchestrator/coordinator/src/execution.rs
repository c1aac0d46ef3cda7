//! The execution that is responsible for a saga, and what starts it.
//!
//! Both follow from the saga row alone, so a start can be repeated at any time, outbox row or none.

use std::time::Duration;

use amends_store::{OutboxRow, SagaRow};
use amends_types::{RunName, SagaId, Timestamp};
use serde_json::json;

use crate::SagaKind;

/// For how long whoever writes a row of the outbox, or takes one, may go about starting it before others do.
pub(crate) const START_CLAIM: Duration = Duration::from_secs(30);

/// An execution, named as Step Functions names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Execution {
    /// The state machine's name.
    pub machine: String,
    /// The execution's name.
    pub run: RunName,
}

impl Execution {
    /// The saga that it runs, if it is an execution of a saga of this kind.
    pub fn saga(&self, kind: &SagaKind) -> Option<SagaId> {
        if self.machine == kind.name {
            return self.run.as_str().parse().ok();
        }
        let (saga, _) = self.run.as_str().rsplit_once('-').filter(|_| self.machine == kind.unwind_name)?;
        saga.parse().ok()
    }
}

/// The execution that is responsible for a saga now.
pub fn execution_of(saga: &SagaRow, kind: &SagaKind) -> Execution {
    match unwind_of(saga) {
        Some(run) => Execution { machine: kind.unwind_name.clone(), run: run.clone() },
        None => Execution { machine: kind.name.clone(), run: saga.id.forward_run() },
    }
}

/// What starts it. Two starts of one execution are equal.
pub(crate) fn start_of(saga: &SagaRow, kind: &SagaKind, now: Timestamp) -> OutboxRow {
    let Execution { machine, run } = execution_of(saga, kind);
    let input = match unwind_of(saga) {
        Some(_) => json!({ "saga_id": saga.id, "unwind": saga.unwinds }),
        None => json!({ "saga_id": saga.id, "input_sha256": saga.input_sha256 }),
    };
    OutboxRow {
        run,
        machine,
        saga: saga.id.clone(),
        input: input.to_string(),
        created: now,
        engine: saga.engine,
        claimed_until: Some(now.plus(START_CLAIM)),
    }
}

/// The execution of the unwind machine that the saga row names; none while the forward one is responsible.
fn unwind_of(saga: &SagaRow) -> Option<&RunName> {
    saga.unwinder.as_ref().filter(|run| **run != saga.id.forward_run())
}
