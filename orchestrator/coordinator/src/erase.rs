//! Erasure: what is personal of one customer is taken out of the store; what was bought and paid stays.
//!
//! Only of sagas that owe nothing: a notice needs its address, and a repair may need the payment method. The rest is
//! told, and the same call erases it later.

use amends_store::{AuditAction, NewAuditRow, OrderQuery, OrderRow, SagaLock, Store, StoreError, Tx};
use amends_types::{SagaId, Sha256Hex};
use serde::Serialize;
use serde_json::json;

use crate::Decision;
use crate::personal::scrub;
use crate::prune::{is_debt, is_settled};

/// How many orders are read at once.
const BATCH: usize = 200;
/// What stands in the place of the customer's id.
const NOBODY: &str = "[erased]";

/// What erasing came to, or would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Orders of which the personal data was erased.
    pub erased: u64,
    /// Orders that still need it: their sagas have not ended, are stuck, or owe something.
    pub kept: Vec<SagaId>,
}

/// Erases what is personal in the orders of a customer. With `dry_run` nothing is changed.
///
/// # Errors
/// When the store fails; what was erased before stays so, and the same call goes on.
pub async fn erase(
    store: &dyn Store,
    customer: &str,
    dry_run: bool,
    decision: Decision,
) -> Result<Erased, StoreError> {
    if !dry_run {
        let record = decision.record(AuditAction::Erase, None);
        // The log stays for ever, so it must not say whose data was erased.
        let detail = json!({ "customer_sha256": Sha256Hex::of(customer.as_bytes()) });
        let record = NewAuditRow { detail, ..record };
        store.transact(move |tx| tx.append_audit(&record)).await?;
    }
    let mut result = Erased::default();
    let mut query = OrderQuery { customer: Some(customer.to_owned()), limit: BATCH, ..OrderQuery::default() };
    loop {
        let page = query.clone();
        let orders = store.query(move |tx| tx.order_page(&page)).await?;
        let Some((last, _)) = orders.last() else { return Ok(result) };
        query.after = Some((last.created, last.id.clone()));
        for (order, _) in orders {
            let id = order.id.clone();
            let work = move |tx: &mut dyn Tx| erase_order(tx, &order, dry_run);
            let erased = match dry_run {
                true => store.query(work).await?,
                false => store.transact(work).await?,
            };
            match erased {
                true => result.erased += 1,
                false => result.kept.push(id),
            }
        }
    }
}

/// Says whether it was, or could be, erased.
fn erase_order(tx: &mut dyn Tx, order: &OrderRow, dry_run: bool) -> Result<bool, StoreError> {
    let lock = if dry_run { SagaLock::None } else { SagaLock::Update };
    let saga = tx.saga(&order.id, lock)?;
    let rows = tx.ledger_rows(&order.id)?;
    if !saga.is_some_and(|saga| is_settled(&saga)) || rows.iter().any(is_debt) {
        return Ok(false);
    }
    if dry_run {
        return Ok(true);
    }
    for mut row in rows {
        let before = (row.input.clone(), row.output.clone());
        scrub(&mut row.input, order);
        if let Some(output) = &mut row.output {
            scrub(output, order);
        }
        if before != (row.input.clone(), row.output.clone()) {
            tx.put_ledger_row(&row)?;
        }
    }
    let now = tx.now();
    tx.erase_order(&order.id, NOBODY, now)?;
    Ok(true)
}
