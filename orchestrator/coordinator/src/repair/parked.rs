//! The work items: sagas with parked steps, each with what is or may still be held.

use std::collections::BTreeMap;

use amends_store::{LedgerRow, LedgerStatus, SagaLock, SagaRow, SagaState, Store, StoreError, Tx};
use amends_types::{Money, SagaId, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::error_class::{error_class, reason_of};
use crate::personal::scrub;

/// How many rows are read at once.
const BATCH: usize = 200;

/// Which work items are wanted, in the order of sagas.
#[derive(Debug, Clone, Default)]
pub struct ParkedQuery {
    /// Only those of sagas after this one.
    pub after: Option<SagaId>,
    /// Only those with a step of this error class.
    pub class: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A saga that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkItem {
    /// The saga: the order.
    pub saga: SagaId,
    /// Its verdict. A committed or compensated saga can have parked best-effort steps only.
    pub state: SagaState,
    /// Why it was unwound.
    pub reason: Option<String>,
    /// When it got its verdict.
    pub ended: Option<Timestamp>,
    /// The order's total, if it was frozen.
    pub total: Option<Money>,
    /// What is parked: the residual bill.
    pub parked: Vec<ParkedStep>,
}

/// Whether an effect is known to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// It happened, and nothing that could have undone it is in doubt.
    Yes,
    /// It may be there: an attempt to do or to undo it was never answered.
    Maybe,
}

/// A step that could not be undone, or not delivered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParkedStep {
    /// The step's name.
    pub step: String,
    /// Whether the saga's verdict does not depend on it.
    pub best_effort: bool,
    /// Whether its effect is there.
    pub held: Held,
    /// The provider's object ids, by kind.
    pub objects: BTreeMap<String, String>,
    /// What it reported when it was done, without personal data.
    pub output: Option<Value>,
    /// Why it is parked.
    pub reason: String,
    /// What it has in common with others that failed for the same reason.
    pub error_class: String,
    /// How often it was tried to do it.
    pub attempts: u32,
    /// How often it was tried to undo it.
    pub undo_attempts: u32,
    /// Since when it is parked.
    pub since: Option<Timestamp>,
}

/// A page of work items.
///
/// # Errors
/// When the store fails.
pub async fn parked(store: &dyn Store, query: &ParkedQuery) -> Result<Vec<WorkItem>, StoreError> {
    let mut items = Vec::new();
    let mut after = query.after.clone();
    while items.len() < query.limit {
        let from = after.clone();
        let (page, whole) = store.query(move |tx| read(tx, from.as_ref())).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.saga.clone());
        let is_wanted = |item: &WorkItem| match &query.class {
            Some(class) => item.parked.iter().any(|step| step.error_class == *class),
            None => true,
        };
        items.extend(page.into_iter().filter(is_wanted));
        if whole {
            break;
        }
    }
    items.truncate(query.limit);
    Ok(items)
}

/// The work item of one saga, if it is one.
///
/// # Errors
/// When the store fails.
pub async fn work_item(store: &dyn Store, saga: &SagaId) -> Result<Option<WorkItem>, StoreError> {
    let id = saga.clone();
    store.query(move |tx| item(tx, &id)).await
}

/// The items of the next rows, and whether there are no more.
fn read(tx: &mut dyn Tx, after: Option<&SagaId>) -> Result<(Vec<WorkItem>, bool), StoreError> {
    let rows = tx.parked_rows(after.map(|saga| (saga, u32::MAX)), BATCH)?;
    let whole = rows.len() < BATCH;
    let mut sagas: Vec<SagaId> = rows.into_iter().map(|row| row.saga).collect();
    sagas.dedup();
    let items: Result<Vec<_>, _> = sagas.iter().map(|saga| item(tx, saga)).collect();
    Ok((items?.into_iter().flatten().collect(), whole))
}

fn item(tx: &mut dyn Tx, id: &SagaId) -> Result<Option<WorkItem>, StoreError> {
    let Some(saga) = tx.saga(id, SagaLock::None)? else { return Ok(None) };
    let order = tx.order(id)?;
    let rows = tx.ledger_rows(id)?;
    let parked = rows.iter().filter(|row| row.status == LedgerStatus::Parked);
    let mut parked: Vec<ParkedStep> = parked.map(step).collect();
    if parked.is_empty() {
        return Ok(None);
    }
    if let Some(order) = &order {
        for output in parked.iter_mut().filter_map(|step| step.output.as_mut()) {
            scrub(output, order);
        }
    }
    let SagaRow { id, state, reason, ended, .. } = saga;
    Ok(Some(WorkItem { saga: id, state, reason, ended, total: order.and_then(|order| order.total), parked }))
}

fn step(row: &LedgerRow) -> ParkedStep {
    // One refusal leaves no doubt; of several attempts an earlier one may be on its way.
    let is_known = row.output.is_some() && !row.in_doubt && row.undo_attempts <= 1;
    ParkedStep {
        step: row.step.clone(),
        best_effort: row.best_effort,
        held: if is_known { Held::Yes } else { Held::Maybe },
        objects: row.objects.clone(),
        output: row.output.clone(),
        reason: reason_of(row).to_owned(),
        error_class: error_class(row),
        attempts: row.attempts,
        undo_attempts: row.undo_attempts,
        since: row.settled,
    }
}
