//! Intake: an order becomes a saga that must be started, in one transaction.

use std::collections::BTreeMap;

use amends_store::{OutboxRow, SagaLock, SagaRow, Store, StoreError, StubRow, Tx};
use amends_types::{EngineId, Money, SagaId, Sha256Hex};
use serde_json::{Value, json};
use thiserror::Error;

use crate::execution::start_of;
use crate::{InvalidOrder, NewOrder, SagaKind};

/// Who places an order, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placing {
    /// Who places it.
    pub actor: String,
    /// The key that the sender chose for the request; the order's id without one.
    pub key: Option<String>,
    /// Where and how its saga runs.
    pub home: SagaHome,
}

/// Where a saga runs, and who is told of its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SagaHome {
    /// The engine that has its executions: see [`StepFunctions::engine`](crate::StepFunctions::engine_id).
    pub engine: Option<EngineId>,
    /// Whether somebody outside must be told of its end.
    pub announce: bool,
}

/// What became of an order at intake.
#[derive(Debug, Clone, PartialEq)]
pub enum Placed {
    /// It is new; its saga must be started.
    New(OutboxRow),
    /// It was placed before, with the same body. This is its saga.
    Repeated(Box<SagaRow>),
    /// It was placed before, with the same body, and this is all that is left of it.
    Pruned(StubRow),
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
    /// The key was used for another order.
    #[error("the idempotency key was used for another order; a new order needs a new key")]
    KeyReused,
    /// The store failed; the order may be placed again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes an order, once: a repeat with the same body answers the saga that there is.
///
/// # Errors
/// [`PlaceError`]; nothing was kept then.
pub async fn place(
    store: &dyn Store,
    kind: &SagaKind,
    order: NewOrder,
    placing: Placing,
) -> Result<Placed, PlaceError> {
    let kind = kind.clone();
    let body_sha256 = order.sha256();
    let work = move |tx: &mut dyn Tx| place_in(tx, &kind, &order, &body_sha256, &placing);
    let first = store.transact(work.clone()).await;
    match first {
        // Somebody else inserted the same order or key between the look and the insert: now it can be seen.
        Err(PlaceError::Store(StoreError::Constraint(_))) => store.transact(work).await,
        placed => placed,
    }
}

fn place_in(
    tx: &mut dyn Tx,
    kind: &SagaKind,
    order: &NewOrder,
    body_sha256: &Sha256Hex,
    placing: &Placing,
) -> Result<Placed, PlaceError> {
    if let Some(placed) = placed_before(tx, order, body_sha256)? {
        return Ok(placed);
    }
    if let Some(key) = placing.key.as_ref().filter(|key| key.as_str() != order.id.as_str())
        && is_used(tx, key)?
    {
        return Err(PlaceError::KeyReused);
    }
    check_catalogue(tx, order)?;
    tx.insert_order(&order.clone().into_row(body_sha256.clone(), placing, tx.now()))?;
    // The order saga's first step is built from this: no personal data, because executions carry its fingerprint.
    let input = json!({ "body_sha256": body_sha256 });
    Ok(Placed::New(begin_saga(tx, kind, order.id.clone(), input, placing.home)?))
}

fn placed_before(
    tx: &mut dyn Tx,
    order: &NewOrder,
    body_sha256: &Sha256Hex,
) -> Result<Option<Placed>, PlaceError> {
    if let Some(there) = tx.order(&order.id)? {
        if there.body_sha256 != *body_sha256 {
            return Err(PlaceError::Conflict);
        }
        let saga = tx.saga(&order.id, SagaLock::None)?;
        let saga = saga.ok_or_else(|| StoreError::Corrupt(format!("order {} has no saga", order.id)))?;
        return Ok(Some(Placed::Repeated(Box::new(saga))));
    }
    match tx.stub(&order.id)? {
        Some(stub) if stub.body_sha256 == *body_sha256 => Ok(Some(Placed::Pruned(stub))),
        Some(_) => Err(PlaceError::Conflict),
        None => Ok(None),
    }
}

/// Whether a key belongs to an order: one that was placed with it, or one whose id it is.
fn is_used(tx: &mut dyn Tx, key: &str) -> Result<bool, StoreError> {
    if tx.order_by_key(key)?.is_some() {
        return Ok(true);
    }
    match key.parse::<SagaId>() {
        Ok(id) => Ok(tx.order(&id)?.is_some() || tx.stub(&id)?.is_some()),
        Err(_) => Ok(false),
    }
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
    home: SagaHome,
) -> Result<OutboxRow, StoreError> {
    let now = tx.now();
    let SagaHome { engine, announce } = home;
    let saga = SagaRow::new(id, &kind.name, input, now, now.plus(kind.time_limit));
    let saga = SagaRow { engine, announce, ..saga };
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
