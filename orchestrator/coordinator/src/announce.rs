//! Announcing ends: whoever asked for it is told of each saga's verdict, at least once.
//!
//! The saga row says that somebody is yet to be told. The mark is taken off only when the receiver has answered, and
//! only if the verdict is still the one that was told: a repair afterwards is told again.

use amends_store::{OrderRow, SagaLock, SagaQuery, SagaRow, SagaState, Store, StoreError, Tx};
use amends_types::{BoxFuture, Money, SagaId, Timestamp};
use futures_util::future::join_all;
use serde::Serialize;

/// How many are told at once.
const BATCH: usize = 32;

/// The end of a saga, as it is told. No personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SagaEnd {
    /// The order.
    pub order_id: SagaId,
    /// `completed`, `compensated` or `stuck`.
    pub status: &'static str,
    /// Why it was not completed.
    pub reason: Option<String>,
    /// What it cost.
    pub total: Option<Money>,
    /// When it got this verdict.
    pub ended: Option<Timestamp>,
}

/// Tells somebody outside.
pub trait Announcer: Send + Sync + 'static {
    /// Answers once the receiver has taken it; the error is for the log.
    fn announce<'a>(&'a self, end: &'a SagaEnd) -> BoxFuture<'a, Result<(), String>>;
}

/// What came of one pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// How many were told.
    pub told: usize,
    /// Who is yet to be told, each with the reason. The pass ends at the first page that nobody took.
    pub failed: Vec<(SagaId, String)>,
}

/// Tells of every end that is yet to be announced, once.
///
/// # Errors
/// When the store fails.
pub async fn announce_ends(store: &dyn Store, announcer: &dyn Announcer) -> Result<Announced, StoreError> {
    let mut announced = Announced::default();
    let mut query = SagaQuery { announce: true, limit: BATCH, ..SagaQuery::default() };
    loop {
        let page = query.clone();
        let rows = store.query(move |tx| read(tx, &page)).await?;
        let Some((last, _)) = rows.last() else { return Ok(announced) };
        query.after = Some(last.id.clone());
        let ends: Vec<SagaEnd> = rows.iter().map(|(saga, order)| end_of(saga, order.as_ref())).collect();
        let answers = join_all(ends.iter().map(|end| announcer.announce(end))).await;
        let told = announced.told;
        for ((saga, _), answer) in rows.into_iter().zip(answers) {
            match answer {
                Ok(()) => {
                    store.transact(move |tx| take_mark_off(tx, &saga)).await?;
                    announced.told += 1;
                }
                Err(reason) => announced.failed.push((saga.id, reason)),
            }
        }
        if announced.told == told {
            return Ok(announced);
        }
    }
}

fn read(tx: &mut dyn Tx, page: &SagaQuery) -> Result<Vec<(SagaRow, Option<OrderRow>)>, StoreError> {
    let sagas = tx.sagas(page)?.into_iter();
    sagas
        .map(|saga| {
            let order = tx.order(&saga.id)?;
            Ok((saga, order))
        })
        .collect()
}

fn end_of(saga: &SagaRow, order: Option<&OrderRow>) -> SagaEnd {
    SagaEnd {
        order_id: saga.id.clone(),
        status: users_word(saga.state),
        reason: saga.reason.clone(),
        total: order.and_then(|order| order.total),
        ended: saga.ended,
    }
}

/// What users call a state: a committed order is completed.
pub const fn users_word(state: SagaState) -> &'static str {
    match state {
        SagaState::Forward => "running",
        SagaState::Unwinding => "unwinding",
        SagaState::Committed => "completed",
        SagaState::Compensated => "compensated",
        SagaState::Stuck => "stuck",
    }
}

fn take_mark_off(tx: &mut dyn Tx, told: &SagaRow) -> Result<(), StoreError> {
    let saga = tx.saga(&told.id, SagaLock::Update)?;
    match saga.filter(|saga| saga.announce && (saga.state, saga.ended) == (told.state, told.ended)) {
        Some(saga) => tx.update_saga(&SagaRow { announce: false, ..saga }),
        None => Ok(()),
    }
}
