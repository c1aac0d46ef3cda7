//! The way through the order saga, as its state machine goes it: forward, and on an error back.

use std::cell::Cell;
use std::time::Duration;

use amends_harness::Harness;
use amends_saga::{Backoff, Op, SagaDefinition, TaskError, TaskErrorKind as Kind, TaskPayload};
use amends_types::SagaId;
use futures_util::FutureExt;
use serde_json::Value;

use crate::clock::JumpingClock;

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    Succeeded,
    /// With the error name of the verdict, and its cause.
    Failed(String, String),
    /// It did not: everything was lost before.
    Lost,
}

pub(crate) struct Walk<'a> {
    pub(crate) harness: &'a Harness,
    pub(crate) definition: &'a SagaDefinition,
    pub(crate) clock: &'a JumpingClock,
    pub(crate) saga: &'a SagaId,
    /// After how many more tasks everything is lost: nobody does anything from then on.
    pub(crate) lost_after: Cell<usize>,
}

impl Walk<'_> {
    pub(crate) fn run(&self) -> End {
        for (index, step) in self.definition.steps().iter().enumerate() {
            let answer = self.ask(step.name, Op::Execute, &step.policy.retries, &step.policy.busy_retries());
            match answer {
                Ok(_) => {}
                Err(error) if !step.policy.is_required() && error.kind != Kind::Cancelled => {}
                Err(_) => return self.unwind(index),
            }
        }
        End::Succeeded
    }

    /// Undoes the steps from the one at `index` back to the first, then settles.
    pub(crate) fn unwind(&self, index: usize) -> End {
        for step in self.definition.steps()[..=index].iter().rev() {
            let policy = &step.policy;
            let undone = self.ask(step.name, Op::Compensate, &policy.undo_retries, &policy.busy_retries());
            match undone.map_err(|error| error.kind) {
                Err(Kind::Committed) => return End::Succeeded,
                Err(Kind::Superseded) => break,
                Ok(_) | Err(_) => {}
            }
        }
        let patient = Backoff { interval_seconds: 5, rate_tenths: 10, max_delay_seconds: 5, attempts: 20 };
        let verdict = match self.ask("settle", Op::Settle, &patient, &patient) {
            Err(_) if self.lost_after.get() == 0 => return End::Lost,
            verdict => verdict.unwrap(),
        };
        let text = |field: &str| verdict[field].as_str().unwrap().to_owned();
        End::Failed(text("error"), text("cause"))
    }

    /// Asks until it is answered, refused for good, or the retries are used up.
    fn ask(&self, step: &str, op: Op, retries: &Backoff, busy: &Backoff) -> Result<Value, TaskError> {
        let (mut waits, mut busy_waits) = (delays(retries), delays(busy));
        loop {
            let error = match self.attempt(step, op) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let wait = match error.kind {
                Kind::Rejected | Kind::Bug | Kind::Cancelled | Kind::Committed | Kind::Superseded => None,
                Kind::Busy => busy_waits.next(),
                Kind::Transient | Kind::Unknown => waits.next(),
            };
            match wait {
                Some(wait) => self.clock.jump(wait),
                None => return Err(error),
            }
        }
    }

    /// Asks a step to execute once, without retries.
    pub(crate) fn execute_once(&self, step: &str) -> Result<Value, TaskError> {
        self.attempt(step, Op::Execute)
    }

    /// Asks a step to undo itself once, without retries.
    pub(crate) fn compensate_once(&self, step: &str) -> Result<Value, TaskError> {
        self.attempt(step, Op::Compensate)
    }

    fn attempt(&self, step: &str, op: Op) -> Result<Value, TaskError> {
        let Some(left) = self.lost_after.get().checked_sub(1) else {
            return Err(TaskError::new(Kind::Bug, "everything is lost"));
        };
        self.lost_after.set(left);
        let run = self.saga.forward_run();
        let payload = TaskPayload { saga_id: self.saga.clone(), run, step: step.to_owned(), op, retry: 0 };
        let answer = self.harness.handle(payload);
        answer.now_or_never().expect("nothing waits when the clock jumps")
    }
}

/// The delays of a retrier.
fn delays(backoff: &Backoff) -> impl Iterator<Item = Duration> + use<> {
    let backoff = *backoff;
    let tenths = 10 * u64::from(backoff.interval_seconds);
    let delays =
        std::iter::successors(Some(tenths), move |delay| Some(delay * u64::from(backoff.rate_tenths) / 10));
    let longest = 10 * u64::from(backoff.max_delay_seconds);
    delays.take(backoff.attempts as usize).map(move |tenths| Duration::from_millis(100 * tenths.min(longest)))
}
