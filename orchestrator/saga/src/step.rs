//! The step: one effect on the world outside, and how it is undone.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{StepCtx, StepError, StepPolicy};

/// One step of a saga whose effect is at a provider.
///
/// Both methods may run many times, at once and in any order, in any number of processes; the harness gives each
/// attempt a lease and repeats nothing that is recorded as done. A step neither sleeps nor retries: it makes its
/// calls, each with a key from [`StepCtx::key`] and within [`StepCtx::call_limit`], and says what it learned.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a saga step",
    label = "this has no `execute` and no `compensate`",
    note = "implement `SagaStep` for an effect at a provider, or `LocalStep` for one in the saga's own database",
    note = "every step says how it is undone: `COMPENSATION` names the state, `compensate` does it"
)]
pub trait SagaStep: Send + Sync + 'static {
    /// The step's name, a snake_case verb: ASL state, ledger row and metric label.
    const NAME: &'static str;
    /// The name of the state that undoes the step, for what it does: `refund`, `release_stock`.
    const COMPENSATION: &'static str;
    /// Time limits, retries, and whether the saga needs the step.
    const POLICY: StepPolicy;
    /// What the step works on, built from the saga's input and earlier outputs, and the same at every attempt.
    type Input: Serialize + DeserializeOwned + Send;
    /// What the step adds, and what its compensation needs.
    type Output: Serialize + DeserializeOwned + Send;

    /// Has the effect.
    ///
    /// # Errors
    /// [`StepError`] says whether the effect may have happened; when in doubt, [`StepError::Unknown`].
    fn execute(
        &self,
        ctx: &StepCtx,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, StepError>> + Send;

    /// Undoes the effect, if there is one. Runs whenever `execute` may have begun; `output` is `None` if it never
    /// reported one.
    ///
    /// # Errors
    /// `Rejected` and `Bug` park the step for a person at once; the others are retried for long.
    fn compensate(
        &self,
        ctx: &StepCtx,
        input: Self::Input,
        output: Option<Self::Output>,
    ) -> impl Future<Output = Result<Compensated, StepError>> + Send;

    /// Whether what was done still stands at the provider: asked only for sagas that were open in the backup from which
    /// the store was recovered ([`StepCtx::recovered`]), before a later step is executed. Looks, and changes nothing.
    ///
    /// A step that does not say how to ask leaves the answer to nobody: its saga is undone instead.
    ///
    /// # Errors
    /// `Rejected` and `Bug` mean that it cannot be known, and have the saga undone; the others are asked again.
    fn still_stands(
        &self,
        ctx: &StepCtx,
        input: Self::Input,
        output: Self::Output,
    ) -> impl Future<Output = Result<bool, StepError>> + Send {
        let _ = (ctx, input, output);
        let cannot = format!("{} does not say how to ask whether its effect still stands", Self::NAME);
        async { Err(StepError::Rejected(cannot)) }
    }
}

/// What a compensation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compensated {
    /// There was an effect; it is undone now, or was already.
    Undone,
    /// There was none, and it is certain that there will be none.
    NothingHappened,
    /// The provider knows of none. Believed only once no earlier attempt can act any more and the provider's
    /// settle time has passed; until then the harness asks again.
    NothingFound,
}
