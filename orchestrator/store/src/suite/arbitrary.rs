//! Rows in which every field may be anything that its type allows.

use amends_types::{Currency, EngineId, Money, Personal, RunName, SagaId, Sha256Hex, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::{
    Customer, Lease, LedgerRow, LedgerStatus, MAX_STOCK, OrderLine, OrderRow, OrderStatus, OutboxRow,
    PricedLine, ProductRow, ReservationRow, Restored, SagaRow, SagaState, Undo,
};

const NASTY: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "'; DROP TABLE sagas; --",
    "NULL",
    "1",
    "\u{feff}x",
    "👩‍🚀",
    "e\u{301}",
    "\u{10ffff}",
    "\r\n\t\"\\",
];

pub(super) fn text() -> impl Strategy<Value = String> + Clone {
    let letters = vec(any::<char>(), 0..24).prop_map(String::from_iter);
    prop_oneof![select(NASTY).prop_map(str::to_owned), letters]
}

fn personal() -> impl Strategy<Value = Personal<String>> {
    text().prop_map(Personal::new)
}

fn time() -> impl Strategy<Value = Timestamp> + Clone {
    let ends = select(&[i64::MIN, -1, 0, 1, i64::MAX]);
    prop_oneof![ends, any::<i64>()].prop_map(Timestamp::from_micros)
}

fn engine() -> impl Strategy<Value = Option<EngineId>> {
    option::of(any::<u128>().prop_map(|bits| EngineId::new(uuid::Uuid::from_u128(bits))))
}

fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![select(&[i64::MIN, 0, i64::MAX]), any::<i64>()]
}

fn saga_id() -> impl Strategy<Value = SagaId> {
    "[A-Za-z0-9_-]{1,64}".prop_map(|text| text.parse().unwrap())
}

fn run_name() -> impl Strategy<Value = RunName> {
    "[A-Za-z0-9_-]{1,80}".prop_map(|text| text.parse().unwrap())
}

fn currency() -> impl Strategy<Value = Currency> {
    select(&["USD", "EUR", "JPY", "BHD", "XAU"]).prop_map(|code| code.parse().unwrap())
}

fn money() -> impl Strategy<Value = Money> {
    (minor(), currency()).prop_map(|(minor, currency)| Money { minor, currency })
}

fn json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has finite numbers only", |number| number.is_finite())
            .prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let array = vec(inner.clone(), 0..6).prop_map(Value::from);
        let object = btree_map(text(), inner, 0..6).prop_map(|map| map.into_iter().collect());
        prop_oneof![array, object]
    })
}

pub(super) fn saga() -> impl Strategy<Value = SagaRow> {
    let identity = (saga_id(), text(), json(), text());
    let state = (select(&SagaState::ALL), option::of(run_name()), any::<u32>(), option::of(text()));
    let times = (time(), time(), option::of(time()), option::of(time()));
    let place = (engine(), any::<bool>(), any::<bool>(), option::of(select(&Restored::ALL)));
    (identity, state, times, place).prop_map(|(identity, state, times, place)| SagaRow {
        id: identity.0,
        saga: identity.1,
        input: identity.2,
        input_sha256: Sha256Hex::from_stored(identity.3),
        state: state.0,
        unwinder: state.1,
        unwinds: state.2,
        reason: state.3,
        created: times.0,
        deadline: times.1,
        unwinding_since: times.2,
        ended: times.3,
        engine: place.0,
        repairing: place.1,
        announce: place.2,
        restored: place.3,
    })
}

pub(super) fn ledger() -> impl Strategy<Value = LedgerRow> {
    let identity = (saga_id(), text(), any::<u32>(), any::<bool>());
    let status = (select(&LedgerStatus::ALL), option::of(select(&Undo::ALL)), any::<bool>());
    let lease = option::of((any::<u64>(), time()).prop_map(|(token, until)| Lease { token, until }));
    let data = (json(), option::of(json()), btree_map(text(), text(), 0..4));
    let attempts = (any::<u32>(), any::<u32>(), option::of(text()), option::of(text()));
    let times = [(); 6].map(|()| option::of(time()));
    (identity, status, lease, data, attempts, times).prop_map(
        |(identity, (status, undo, in_doubt), lease, (input, output, objects), attempts, times)| LedgerRow {
            saga: identity.0,
            step: identity.1,
            position: identity.2,
            best_effort: identity.3,
            status,
            input,
            output,
            objects,
            lease,
            execute_until: times[0],
            undo_until: times[5],
            in_doubt,
            attempts: attempts.0,
            undo_attempts: attempts.1,
            reason: attempts.2,
            undo_reason: attempts.3,
            started: times[1],
            finished: times[2],
            undoing: times[3],
            settled: times[4],
            undo,
        },
    )
}

pub(super) fn order() -> impl Strategy<Value = OrderRow> {
    let customer = (text(), personal(), option::of(personal()));
    let line = (text(), any::<u32>()).prop_map(|(sku, quantity)| OrderLine { sku, quantity });
    let priced = (text(), any::<u32>(), minor()).prop_map(|(sku, quantity, unit_price_minor)| PricedLine {
        sku,
        quantity,
        unit_price_minor,
    });
    let asked = (saga_id(), text(), customer, currency(), vec(line, 0..5), personal());
    let became = (select(&OrderStatus::ALL), vec(priced, 0..5), option::of(money()), time());
    let placed = (option::of(text()), text(), option::of(time()));
    (asked, became, placed).prop_map(|(asked, became, placed)| OrderRow {
        id: asked.0,
        body_sha256: Sha256Hex::from_stored(asked.1),
        customer: Customer { id: asked.2.0, email: asked.2.1, phone: asked.2.2 },
        currency: asked.3,
        lines: asked.4,
        payment_method: asked.5,
        status: became.0,
        priced: became.1,
        total: became.2,
        created: became.3,
        idempotency_key: placed.0,
        placed_by: placed.1,
        erased: placed.2,
    })
}

pub(super) fn outbox() -> impl Strategy<Value = OutboxRow> {
    let claim = (engine(), option::of(time()));
    (run_name(), text(), saga_id(), text(), time(), claim).prop_map(
        |(run, machine, saga, input, created, (engine, claimed_until))| OutboxRow {
            run,
            machine,
            saga,
            input,
            created,
            engine,
            claimed_until,
        },
    )
}

/// A product, and a reservation of it.
pub(super) fn product() -> impl Strategy<Value = (ProductRow, ReservationRow)> {
    let stock = (0..=MAX_STOCK).prop_flat_map(|stocked| (Just(stocked), 0..=stocked));
    let product = (text(), text(), money(), stock, 0..=MAX_STOCK).prop_map(
        |(sku, name, price, (stocked, free), pruned)| ProductRow { sku, name, price, stocked, free, pruned },
    );
    (product, saga_id(), 0..=MAX_STOCK, any::<bool>()).prop_map(|(product, saga, quantity, released)| {
        let sku = product.sku.clone();
        (product, ReservationRow { saga, sku, quantity, released })
    })
}
