//! One attempt at a step: its time limit, and what becomes of a panic.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use amends_saga::{Op, StepCtx, StepCtxParts, StepError, StepPolicy};
use amends_store::{Lease, LedgerRow};
use amends_types::Timestamp;
use futures_util::FutureExt;
use futures_util::future::{Either, select};

use crate::LocalError;
use crate::recorder::{LedgerRecorder, NoRecorder};
use crate::saga::RunnableStep;
use crate::shared::Shared;

/// An attempt that holds the lease.
pub(crate) struct Attempt {
    pub(crate) step: RunnableStep,
    /// The row with the lease in it.
    pub(crate) row: LedgerRow,
    pub(crate) lease: Lease,
    /// Whether the ledger may lack what earlier attempts did.
    pub(crate) recovered: bool,
    /// When the lease was taken, by the database's clock.
    pub(crate) now: Timestamp,
}

impl Attempt {
    /// What the step is told, and the monotonic time at which it must have stopped. `before` is the instant before the
    /// lease was asked for.
    pub(crate) fn context(&self, shared: &Shared, op: Op, before: Duration) -> (StepCtx, Duration) {
        let deadline = deadline(before, &self.step.definition.policy);
        let recorder = LedgerRecorder {
            store: shared.store.clone(),
            saga: self.row.saga.clone(),
            step: self.step.definition.name,
            token: self.lease.token,
        };
        let parts = StepCtxParts {
            recorder: Arc::new(recorder),
            recovered: self.recovered,
            ..parts(shared, &self.step, &self.row, op, self.now)
        };
        (StepCtx::new(StepCtxParts { deadline, ..parts }), deadline)
    }
}

/// What a local step is told. It calls nothing outside, so there is no deadline to keep.
pub(crate) fn local_context(
    shared: &Shared,
    step: &RunnableStep,
    row: &LedgerRow,
    op: Op,
    now: Timestamp,
) -> StepCtx {
    StepCtx::new(parts(shared, step, row, op, now))
}

/// What every attempt at a step is told.
pub(crate) fn parts(
    shared: &Shared,
    step: &RunnableStep,
    row: &LedgerRow,
    op: Op,
    now: Timestamp,
) -> StepCtxParts {
    let first_started = row.started.unwrap_or(now);
    StepCtxParts {
        saga: row.saga.clone(),
        step: step.definition.name,
        op,
        policy: step.definition.policy,
        deployment: shared.store.deployment(),
        first_started,
        age: now.since(first_started),
        deadline: Duration::MAX,
        clock: shared.clock.clone(),
        effect_possible: row.in_doubt || row.output.is_some(),
        recovered: false,
        objects: row.objects.clone(),
        recorder: Arc::new(NoRecorder),
    }
}

/// The monotonic time at which an attempt must have stopped, if it asked for its lease at `before`.
///
/// The lease runs by the database's clock from a moment after `before`, so this is never later than its end.
pub(crate) fn deadline(before: Duration, policy: &StepPolicy) -> Duration {
    let usable = policy.lease_seconds - policy.margin_seconds;
    before + Duration::from_secs(u64::from(usable))
}

/// What our own mistake in a step is to the protocol.
pub(crate) fn panicked() -> StepError {
    StepError::Bug("the step panicked".into())
}

/// Runs a step that has the transaction. A panic in it rolls back like any error.
pub(crate) fn caught<T>(step: impl FnOnce() -> Result<T, LocalError>) -> Result<T, LocalError> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| Err(panicked().into()))
}

/// Runs a step until its deadline. Nothing of it goes on afterwards.
pub(crate) async fn bounded<T>(
    shared: &Shared,
    deadline: Duration,
    step: impl Future<Output = Result<T, StepError>> + Send,
) -> Result<T, StepError> {
    let left = deadline.saturating_sub(shared.clock.monotonic());
    let step = std::pin::pin!(AssertUnwindSafe(step).catch_unwind());
    match select(step, shared.clock.sleep(left)).await {
        Either::Left((Ok(result), _)) => result,
        Either::Left((Err(_), _)) => Err(panicked()),
        Either::Right(_) => Err(StepError::Unknown("no answer before the lease ran out".into())),
    }
}
