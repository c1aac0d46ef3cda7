//! What committed sagas still owe: best-effort steps that have not been done.

use std::time::Duration;

use amends_store::{LedgerRow, Store, StoreError, Tx};
use amends_types::{BoxFuture, Clock, RunName, SagaId};
use futures_util::future::{Either, join_all, select};

/// How many are tried at once.
const BATCH: usize = 64;

/// How long a worker is waited for: longer than any lease. Whatever it answers later is in the ledger.
pub(crate) const LONGEST_ANSWER: Duration = Duration::from_secs(5 * 60);

/// Whoever has the steps. The coordinator has none itself. One that does not answer within five minutes is given up
/// on, as if it had died.
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
    /// Tried and still owed, each with the reason.
    pub owed: Vec<(SagaId, String, String)>,
    /// The pass ended early, because for a long time nothing could be done: the provider hangs. More may be owed.
    pub gave_up: bool,
}

/// Tries everything that is owed once, a batch at a time, until nothing could be done for as long as `patience`.
///
/// # Errors
/// When the store fails.
pub async fn deliver_owed(
    store: &dyn Store,
    worker: &dyn SagaWorker,
    clock: &dyn Clock,
    patience: Duration,
) -> Result<Delivery, StoreError> {
    let mut result = Delivery::default();
    let mut last_success = clock.monotonic();
    let mut after: Option<(SagaId, u32)> = None;
    loop {
        let from = after.clone();
        let page = move |tx: &mut dyn Tx| {
            tx.owed_rows(from.as_ref().map(|(saga, position)| (saga, *position)), BATCH)
        };
        let rows: Vec<LedgerRow> = store.query(page).await?;
        let Some(last) = rows.last() else { return Ok(result) };
        after = Some((last.saga.clone(), last.position));
        let delivered = result.delivered;
        let answers = rows.iter().map(|row| answer_of(clock, worker.deliver(&row.saga, &row.step)));
        let answers = join_all(answers).await;
        for (row, answer) in rows.iter().zip(answers) {
            match answer {
                Ok(()) => result.delivered += 1,
                Err(reason) => result.owed.push((row.saga.clone(), row.step.clone(), reason)),
            }
        }
        if result.delivered > delivered {
            last_success = clock.monotonic();
        } else if clock.monotonic().saturating_sub(last_success) > patience {
            result.gave_up = true;
            return Ok(result);
        }
    }
}

/// What a worker answers, or that it does not.
pub(crate) async fn answer_of(
    clock: &dyn Clock,
    asked: BoxFuture<'_, Result<(), String>>,
) -> Result<(), String> {
    match select(asked, clock.sleep(LONGEST_ANSWER)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            Err(format!("the worker has not answered for {} seconds", LONGEST_ANSWER.as_secs()))
        }
    }
}
