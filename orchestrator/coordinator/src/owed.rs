//! What committed sagas still owe: best-effort steps that have not been done.

use amends_store::{LedgerRow, Store, StoreError, Tx};
use amends_types::{BoxFuture, RunName, SagaId};

/// How many rows are read at once.
const BATCH: usize = 500;

/// Whoever has the steps. The coordinator has none itself.
pub trait SagaWorker: Send + Sync {
    /// Executes a best-effort step that a committed saga owes; the error is for people.
    fn deliver<'a>(&'a self, saga: &'a SagaId, step: &'a str) -> BoxFuture<'a, Result<(), String>>;

    /// Settles a saga that `run` unwinds; the error is for people.
    fn settle<'a>(&'a self, saga: &'a SagaId, run: &'a RunName) -> BoxFuture<'a, Result<(), String>>;
}

/// What came of one pass over what is owed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Done now.
    pub delivered: usize,
    /// Still owed, each with the reason.
    pub owed: Vec<(SagaId, String, String)>,
}

/// Tries everything that is owed once.
///
/// # Errors
/// When the store fails.
pub async fn deliver_owed(store: &dyn Store, worker: &dyn SagaWorker) -> Result<Delivery, StoreError> {
    let mut result = Delivery::default();
    let mut after: Option<(SagaId, u32)> = None;
    loop {
        let from = after.clone();
        let page = move |tx: &mut dyn Tx| {
            tx.owed_rows(from.as_ref().map(|(saga, position)| (saga, *position)), BATCH)
        };
        let rows: Vec<LedgerRow> = store.query(page).await?;
        for row in &rows {
            match worker.deliver(&row.saga, &row.step).await {
                Ok(()) => result.delivered += 1,
                Err(reason) => result.owed.push((row.saga.clone(), row.step.clone(), reason)),
            }
        }
        match rows.last() {
            Some(last) => after = Some((last.saga.clone(), last.position)),
            None => return Ok(result),
        }
    }
}
