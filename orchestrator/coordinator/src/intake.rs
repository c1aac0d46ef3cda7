//! Intake: an order becomes a saga that must be started, in one transaction.

use std::collections::BTreeMap;

use amends_store::{OutboxRow, SagaLock, SagaRow, Store, StoreError, Tx};
use amends_types::{Money, SagaId, Sha256Hex};
use serde_json::{Value, json};
use thiserror::Error;

use crate::execution::start_of;
use crate::{InvalidOrder, NewOrder, SagaKind};

/// What became of an order at intake.
#[derive(Debug, Clone, PartialEq)]
pub enum Placed {
    /// It is new; its saga must be started.
    New(OutboxRow),
    /// It was placed before, with the same body. This is its saga.
    Repeated(Box<SagaRow>),
}

/// Why an order was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// Something is wrong with it.
    #[error(transparent)]
    Invalid(#[from] InvalidOrder),
    /// There is an order of this id that says something else.
    #[error("there is another order of this id with another body; a new try needs a new id")]
    Conflict,
    /// The store failed; the order may be placed again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes an order, once: a repeat with the same body answers the saga that there is.
///
/// # Errors
/// [`PlaceError`]; nothing was kept then.
pub async fn place(store: &dyn Store, kind: &SagaKind, order: NewOrder) -> Result<Placed, PlaceError> {
    let kind = kind.clone();
    let body_sha256 = order.sha256();
    store.transact(move |tx| place_in(tx, &kind, &order, &body_sha256)).await
}

fn place_in(
    tx: &mut dyn Tx,
    kind: &SagaKind,
    order: &NewOrder,
    body_sha256: &Sha256Hex,
) -> Result<Placed, PlaceError> {
    if let Some(there) = tx.order(&order.id)? {
        if there.body_sha256 != *body_sha256 {
            return Err(PlaceError::Conflict);
        }
        let saga = tx.saga(&order.id, SagaLock::None)?;
        let saga = saga.ok_or_else(|| StoreError::Corrupt(format!("order {} has no saga", order.id)))?;
        return Ok(Placed::Repeated(Box::new(saga)));
    }
    check_catalogue(tx, order)?;
    tx.insert_order(&order.clone().into_row(body_sha256.clone(), tx.now()))?;
    // The order saga's first step is built from this: no personal data, because executions carry its fingerprint.
    let input = json!({ "body_sha256": body_sha256 });
    Ok(Placed::New(begin_saga(tx, kind, order.id.clone(), input)?))
}

/// Adds a saga that must be started: its row and its outbox row, in the caller's transaction. `input` is what its
/// first step is built from; it holds no personal data.
///
/// # Errors
/// [`StoreError::Constraint`] when there is a saga of this id.
pub fn begin_saga(
    tx: &mut dyn Tx,
    kind: &SagaKind,
    id: SagaId,
    input: Value,
) -> Result<OutboxRow, StoreError> {
    let now = tx.now();
    let saga = SagaRow::new(id, &kind.name, input, now, now.plus(kind.time_limit));
    let outbox = start_of(&saga, kind, now);
    tx.insert_saga(&saga)?;
    tx.insert_outbox(&outbox)?;
    Ok(outbox)
}

/// Every product is there, sold in the order's currency, and the total is an amount.
fn check_catalogue(tx: &mut dyn Tx, order: &NewOrder) -> Result<(), PlaceError> {
    let mut prices = BTreeMap::<&str, Money>::new();
    let mut total = Money::zero(order.currency);
    for line in &order.lines {
        let price = match prices.get(line.sku.as_str()) {
            Some(price) => *price,
            None => price_of(tx, order, &line.sku)?,
        };
        prices.insert(&line.sku, price);
        let sum = price.times(line.quantity).and_then(|price| total.plus(price));
        total = sum.map_err(|error| InvalidOrder::new(format!("the order's total: {error}")))?;
    }
    Ok(())
}

fn price_of(tx: &mut dyn Tx, order: &NewOrder, sku: &str) -> Result<Money, PlaceError> {
    let product = tx.product(sku)?;
    let product = product.ok_or_else(|| InvalidOrder::new(format!("there is no product {sku:?}")))?;
    let (sold, asked) = (product.price.currency, order.currency);
    if sold != asked {
        return Err(InvalidOrder::new(format!("{sku:?} is sold in {sold}, the order is in {asked}")).into());
    }
    Ok(product.price)
}

/// The saga of an order.
///
/// # Errors
/// When the store fails.
pub async fn find_saga(store: &dyn Store, id: &SagaId) -> Result<Option<SagaRow>, StoreError> {
    let id = id.clone();
    store.query(move |tx| tx.saga(&id, SagaLock::None)).await
}
