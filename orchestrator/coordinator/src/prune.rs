//! Pruning: sagas that ended long ago give way to stubs.
//!
//! Only what nobody needs any more goes: a saga with an open residual, a notice that is owed or an end that is yet to be
//! announced stays. The stub answers repeats of the order and redrives of its execution for ever.

use std::time::Duration;

use amends_store::{
    AuditAction, LedgerRow, LedgerStatus, NewAuditRow, SagaLock, SagaRow, SagaState, Store, StoreError,
    StubRow, Tx,
};
use amends_types::{SagaId, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::Decision;

/// How many ids are read at once.
const BATCH: usize = 200;

/// What pruning came to, or would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Sagas that gave way to stubs.
    pub pruned: u64,
    /// Sagas that are old enough and stay: they are stuck, owe something, or are yet to be announced.
    pub kept: u64,
}

/// Replaces by stubs what ended longer ago than `retention`, a few in each transaction. With `dry_run` nothing is
/// changed.
///
/// # Errors
/// When the store fails; what was pruned before stays so, and the same call goes on.
pub async fn prune(
    store: &dyn Store,
    retention: Duration,
    dry_run: bool,
    decision: Decision,
) -> Result<Pruned, StoreError> {
    let before = store.query(move |tx| Ok::<_, StoreError>(back(tx.now(), retention))).await?;
    if !dry_run {
        let record = decision.record(AuditAction::Prune, None);
        let detail = json!({ "ended_before": before.to_string() });
        let record = NewAuditRow { detail, ..record };
        store.transact(move |tx| tx.append_audit(&record)).await?;
    }
    let mut result = Pruned::default();
    let mut after: Option<SagaId> = None;
    loop {
        let from = after.clone();
        let page = move |tx: &mut dyn Tx| prune_page(tx, before, from.as_ref(), dry_run);
        let (last, pruned, kept) = match dry_run {
            true => store.query(page).await?,
            false => store.transact(page).await?,
        };
        result.pruned += pruned;
        result.kept += kept;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(result),
        }
    }
}

fn back(now: Timestamp, by: Duration) -> Timestamp {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.as_micros().saturating_sub(micros))
}

fn prune_page(
    tx: &mut dyn Tx,
    before: Timestamp,
    after: Option<&SagaId>,
    dry_run: bool,
) -> Result<(Option<SagaId>, u64, u64), StoreError> {
    let ids = tx.ended_before(before, after, BATCH)?;
    let (mut pruned, mut kept) = (0, 0);
    for id in &ids {
        let lock = if dry_run { SagaLock::None } else { SagaLock::Update };
        let Some(saga) = tx.saga(id, lock)? else { continue };
        match stub_of(tx, &saga, before)? {
            None => kept += 1,
            Some(_) if dry_run => pruned += 1,
            Some(stub) => {
                count_sold(tx, &saga)?;
                tx.replace_by_stub(&stub)?;
                pruned += 1;
            }
        }
    }
    Ok((ids.last().cloned(), pruned, kept))
}

/// The stub that may take the saga's place; none for one that stays.
fn stub_of(tx: &mut dyn Tx, saga: &SagaRow, before: Timestamp) -> Result<Option<StubRow>, StoreError> {
    let Some(ended) = saga.ended.filter(|ended| *ended < before) else { return Ok(None) };
    if !is_settled(saga) || tx.ledger_rows(&saga.id)?.iter().any(is_debt) {
        return Ok(None);
    }
    let order = tx.order(&saga.id)?;
    Ok(Some(StubRow {
        id: saga.id.clone(),
        body_sha256: order.map_or_else(|| saga.input_sha256.clone(), |order| order.body_sha256),
        verdict: saga.state,
        created: saga.created,
        ended,
    }))
}

/// Whether nothing is to be done for a saga any more, as far as its row says.
pub(crate) fn is_settled(saga: &SagaRow) -> bool {
    let is_clear = match saga.state {
        SagaState::Committed | SagaState::Compensated => true,
        SagaState::Forward | SagaState::Unwinding | SagaState::Stuck => false,
    };
    is_clear && !saga.repairing && !saga.announce
}

/// Whether a row of a saga with a verdict still waits for somebody.
pub(crate) fn is_debt(row: &LedgerRow) -> bool {
    let is_open = match row.status {
        LedgerStatus::Started | LedgerStatus::Undoing | LedgerStatus::Parked => true,
        LedgerStatus::Done | LedgerStatus::Refused | LedgerStatus::Undone => false,
    };
    is_open || row.lease.is_some()
}

/// What a saga that committed holds is sold for good.
fn count_sold(tx: &mut dyn Tx, saga: &SagaRow) -> Result<(), StoreError> {
    let held = tx.reservations(&saga.id)?.into_iter().filter(|held| !held.released);
    for held in held {
        if saga.state != SagaState::Committed {
            let id = &saga.id;
            return Err(StoreError::Corrupt(format!("saga {id} is compensated and holds stock")));
        }
        tx.count_pruned(&held.sku, held.quantity)?;
    }
    Ok(())
}
