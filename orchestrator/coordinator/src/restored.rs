//! What a store that was made from a backup must know about its sagas.
//!
//! A copy goes on elsewhere: nothing may be done for it here, or it would be done twice. What was recovered goes on here,
//! but the ledger may have forgotten what was done after the backup.

use amends_store::{
    AuditAction, LedgerStatus, NewAuditRow, Restored, SagaLock, SagaQuery, SagaRow, SagaState, Store,
    StoreError, Tx,
};
use amends_types::SagaId;
use serde_json::json;

use crate::Decision;

/// How many sagas are read at once.
const BATCH: usize = 500;

/// Marks the sagas of a store that was made from a backup, before anything runs on it; says how many. The outbox of a
/// copy is emptied.
///
/// # Errors
/// When the store fails; the same call goes on.
pub async fn mark_restored(
    store: &dyn Store,
    restored: Restored,
    decision: Decision,
) -> Result<u64, StoreError> {
    let record = decision.record(AuditAction::Restore, None);
    let record = NewAuditRow { detail: json!({ "restored": restored.name() }), ..record };
    store.transact(move |tx| tx.append_audit(&record)).await?;
    let mut marked = 0;
    let mut query = SagaQuery { limit: BATCH, ..SagaQuery::default() };
    loop {
        let page = query.clone();
        let (last, count) = store.transact(move |tx| mark_page(tx, &page, restored)).await?;
        marked += count;
        match last {
            Some(last) => query.after = Some(last),
            None => break,
        }
    }
    if restored == Restored::Copied {
        store.transact(|tx| empty_outbox(tx)).await?;
    }
    Ok(marked)
}

fn mark_page(
    tx: &mut dyn Tx,
    page: &SagaQuery,
    restored: Restored,
) -> Result<(Option<SagaId>, u64), StoreError> {
    let rows = tx.sagas(page)?;
    let mut marked = 0;
    for row in &rows {
        let Some(saga) = tx.saga(&row.id, SagaLock::Update)? else { continue };
        let is_concerned = match restored {
            Restored::Copied => saga.announce || has_something_to_do(tx, &saga)?,
            Restored::Recovered => has_something_to_do(tx, &saga)?,
        };
        if is_concerned && saga.restored != Some(Restored::Copied) {
            let announce = saga.announce && restored == Restored::Recovered;
            tx.update_saga(&SagaRow { restored: Some(restored), announce, ..saga })?;
            marked += 1;
        }
    }
    Ok((rows.last().map(|row| row.id.clone()), marked))
}

/// Whether anything may still be done for a saga: it is open or stuck, or a step is owed or parked.
fn has_something_to_do(tx: &mut dyn Tx, saga: &SagaRow) -> Result<bool, StoreError> {
    if saga.is_open() || saga.state == SagaState::Stuck {
        return Ok(true);
    }
    Ok(tx.ledger_rows(&saga.id)?.iter().any(|row| match row.status {
        LedgerStatus::Started | LedgerStatus::Undoing | LedgerStatus::Parked => true,
        LedgerStatus::Done | LedgerStatus::Refused | LedgerStatus::Undone => false,
    }))
}

fn empty_outbox(tx: &mut dyn Tx) -> Result<(), StoreError> {
    for row in tx.outbox(usize::MAX)? {
        tx.delete_outbox(&row.machine, &row.run)?;
    }
    Ok(())
}
