//! Rows that are typical, for cases in which little of a row matters.

use std::time::Duration;

use amends_types::{Currency, EngineId, Money, Personal, RunName, SagaId, Sha256Hex};
use serde_json::json;

use super::subject::BEGIN;
use crate::{
    Customer, Lease, LedgerRow, LedgerStatus, OrderLine, OrderRow, OrderStatus, OutboxRow, ProductRow,
    ReservationRow, SagaRow, SagaState,
};

pub(super) fn id(text: &str) -> SagaId {
    text.parse().unwrap()
}

pub(super) fn run(text: &str) -> RunName {
    text.parse().unwrap()
}

pub(super) fn engine(number: u128) -> EngineId {
    EngineId::new(uuid::Uuid::from_u128(number))
}

pub(super) fn usd() -> Currency {
    "USD".parse().unwrap()
}

pub(super) fn saga(name: &str) -> SagaRow {
    let deadline = BEGIN.plus(Duration::from_secs(900));
    SagaRow::new(id(name), "order_saga", json!({"order_id": name}), BEGIN, deadline)
}

pub(super) fn saga_in(name: &str, state: SagaState) -> SagaRow {
    SagaRow { state, ..saga(name) }
}

pub(super) fn ledger(saga: &str, step: &str, position: u32) -> LedgerRow {
    LedgerRow::new(id(saga), step, position, false, LedgerStatus::Started)
}

/// A notice that nobody is sending.
pub(super) fn notice(saga: &str) -> LedgerRow {
    LedgerRow { best_effort: true, ..ledger(saga, "notify", 3) }
}

pub(super) fn lease() -> Option<Lease> {
    Some(Lease { token: 7, until: BEGIN.plus(Duration::from_secs(30)) })
}

pub(super) fn order(name: &str) -> OrderRow {
    let customer =
        Customer { id: "c-1".to_owned(), email: Personal::new("ada@example.com".to_owned()), phone: None };
    OrderRow {
        id: id(name),
        body_sha256: Sha256Hex::of(name.as_bytes()),
        customer,
        currency: usd(),
        lines: vec![OrderLine { sku: "tea".to_owned(), quantity: 2 }],
        payment_method: Personal::new("pm_card_visa".to_owned()),
        status: OrderStatus::Received,
        priced: Vec::new(),
        total: None,
        created: BEGIN,
        idempotency_key: None,
        placed_by: "shop".to_owned(),
        erased: None,
    }
}

pub(super) fn outbox(machine: &str, saga: &str) -> OutboxRow {
    OutboxRow {
        run: run(saga),
        machine: machine.to_owned(),
        saga: id(saga),
        input: "{}".to_owned(),
        created: BEGIN,
        engine: None,
        claimed_until: None,
    }
}

/// A product of which nothing is held.
pub(super) fn product(sku: &str, stock: u64) -> ProductRow {
    let price = Money { minor: 1999, currency: usd() };
    ProductRow {
        sku: sku.to_owned(),
        name: format!("Some {sku}"),
        price,
        stocked: stock,
        free: stock,
        pruned: 0,
    }
}

pub(super) fn reservation(saga: &str, sku: &str, quantity: u64) -> ReservationRow {
    ReservationRow { saga: id(saga), sku: sku.to_owned(), quantity, released: false }
}
