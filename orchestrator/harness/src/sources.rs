//! What a step's input is built from.

use amends_saga::{SagaStep, StepError};
use amends_store::{LedgerRow, LedgerStatus, SagaRow};
use amends_types::SagaId;
use serde::de::DeserializeOwned;

use crate::LocalStep;

/// The saga's own input and the recorded outputs of its earlier steps. Nothing else: an input that is built from
/// these is the same at every attempt.
pub struct Sources<'a> {
    saga: &'a SagaRow,
    rows: &'a [LedgerRow],
}

impl<'a> Sources<'a> {
    pub(crate) const fn new(saga: &'a SagaRow, rows: &'a [LedgerRow]) -> Self {
        Self { saga, rows }
    }

    /// The saga's id.
    pub const fn saga(&self) -> &SagaId {
        &self.saga.id
    }

    /// The input that the saga was started with.
    ///
    /// # Errors
    /// [`StepError::Bug`] when it is not a `T`.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, StepError> {
        // serde's own message could quote the data.
        T::deserialize(&self.saga.input)
            .map_err(|_| StepError::Bug("the saga's input does not fit this version".into()))
    }

    /// What the earlier step `S` reported.
    ///
    /// # Errors
    /// [`StepError::Bug`] when it has reported nothing.
    pub fn output<S: SagaStep>(&self) -> Result<S::Output, StepError> {
        self.output_of(S::NAME)
    }

    /// What the earlier local step `S` reported.
    ///
    /// # Errors
    /// [`StepError::Bug`] when it has reported nothing.
    pub fn local_output<S: LocalStep>(&self) -> Result<S::Output, StepError> {
        self.output_of(S::NAME)
    }

    fn output_of<T: DeserializeOwned>(&self, step: &str) -> Result<T, StepError> {
        let row = self.rows.iter().find(|row| row.step == step && row.status == LedgerStatus::Done);
        let output = row.and_then(|row| row.output.as_ref());
        let output = output.ok_or_else(|| StepError::Bug(format!("{step} has not reported an output")))?;
        T::deserialize(output)
            .map_err(|_| StepError::Bug(format!("the output of {step} does not fit this version")))
    }
}
