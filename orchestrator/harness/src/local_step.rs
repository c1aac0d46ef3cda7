//! A step whose effect is in the saga's own database.
//!
//! Effect and ledger row are one transaction, so no reply of such a step can be lost: it needs no lease and is never
//! in doubt.

use amends_saga::{Compensated, StepCtx, StepError, StepPolicy};
use amends_store::{StoreError, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Why a local step did nothing. Everything it changed is rolled back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LocalError {
    /// The step says no.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One step of a saga whose effect is in our own database. See [`SagaStep`](amends_saga::SagaStep) for the constants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a local saga step",
    label = "this has no `execute` and no `compensate` in a transaction",
    note = "implement `LocalStep` for an effect in the saga's own database, or `SagaStep` for one at a provider",
    note = "every step says how it is undone: `COMPENSATION` names the state, `compensate` does it"
)]
pub trait LocalStep: Send + Sync + 'static {
    /// The step's name.
    const NAME: &'static str;
    /// The name of the state that undoes it.
    const COMPENSATION: &'static str;
    /// Time limits, retries, and whether the saga needs the step.
    const POLICY: StepPolicy;
    /// What the step works on.
    type Input: Serialize + DeserializeOwned + Send;
    /// What the step adds, and what its compensation needs.
    type Output: Serialize + DeserializeOwned + Send;

    /// Has the effect, in the transaction that records it.
    ///
    /// # Errors
    /// Any error rolls the effect back. `Rejected` is recorded as refused.
    fn execute(&self, ctx: &StepCtx, tx: &mut dyn Tx, input: Self::Input)
    -> Result<Self::Output, LocalError>;

    /// Undoes the effect, in the transaction that records that.
    ///
    /// # Errors
    /// Any error rolls everything back; `Rejected` and `Bug` park the step for a person.
    fn compensate(
        &self,
        ctx: &StepCtx,
        tx: &mut dyn Tx,
        input: Self::Input,
        output: Option<Self::Output>,
    ) -> Result<Compensated, LocalError>;
}
