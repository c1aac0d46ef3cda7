//! Records a provider's object ids while an attempt is under way.

use std::sync::Arc;

use amends_saga::{Recorder, StepError};
use amends_store::{LeaseToken, Store, StoreError};
use amends_types::{BoxFuture, SagaId};

/// Writes into the ledger row of one attempt, as long as the attempt holds the lease.
pub(crate) struct LedgerRecorder {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) saga: SagaId,
    pub(crate) step: &'static str,
    pub(crate) token: LeaseToken,
}

impl Recorder for LedgerRecorder {
    fn record_object(&self, kind: &'static str, id: String) -> BoxFuture<'_, Result<(), StepError>> {
        let (saga, step, token) = (self.saga.clone(), self.step, self.token);
        let recorded = self.store.transact(move |tx| {
            let row = tx.ledger_row(&saga, step)?;
            let held = row.filter(|row| row.lease.is_some_and(|lease| lease.token == token));
            let Some(mut row) = held else { return Ok(false) };
            row.objects.insert(kind.to_owned(), id.clone());
            tx.put_ledger_row(&row)?;
            Ok::<_, StoreError>(true)
        });
        Box::pin(async move {
            match recorded.await {
                Ok(true) => Ok(()),
                Ok(false) => Err(StepError::Transient("the lease was lost before the next call".into())),
                Err(error) => Err(StepError::Transient(error.to_string())),
            }
        })
    }
}

/// For steps that are handed the transaction: they have no lease and record nothing besides their output.
pub(crate) struct NoRecorder;

impl Recorder for NoRecorder {
    fn record_object(&self, _: &'static str, _: String) -> BoxFuture<'_, Result<(), StepError>> {
        let error = StepError::Bug("a local step keeps what it must find again in its output".into());
        Box::pin(async move { Err(error) })
    }
}
