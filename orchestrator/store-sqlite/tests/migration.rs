//! A file of the first version keeps everything that is in it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use amends_sqlite::{Database, Migration, Options};
use amends_store::suite::SetClock;
use amends_store::{
    Lease, LedgerStatus, OrderStatus, ProductRow, SagaLock, SagaQuery, SagaState, Store, StoreError, Undo,
};
use amends_store_sqlite::SqliteStore;
use amends_types::{SagaId, Timestamp};
use serde_json::json;

/// As the first version made its files.
static FIRST: &[Migration] = &[Migration {
    version: 1,
    name: "store",
    sql: include_str!("../../../migrations/sqlite/0001_store.sql"),
}];

const SHA: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// A saga that waits to be started, one under way and one that is stuck.
const ROWS: &str = r#"
INSERT INTO meta VALUES (1, '6f1b2c1e-0d0a-4c57-9a2e-0c3a4f1d5b11', '0b9d6a2e-53b4-4c0f-8a52-7c1f3c1f9e21', 5000);
INSERT INTO sagas VALUES
    ('waits', 'order_saga', 'forward', NULL, 0, 1000, 2000, NULL, NULL, 'SHA', NULL, '{}'),
    ('runs', 'order_saga', 'unwinding', 'runs-1', 1, 1001, 2001, 1500, NULL, 'SHA', 'charge: no', '{}'),
    ('stuck', 'order_saga', 'stuck', 'stuck', 0, 1002, 2002, 1502, 1702, 'SHA', 'sync: no', '{}');
INSERT INTO ledger VALUES
    ('runs', 'charge', 2, 0, 'undoing', 77, 9000, 1400, 1600, 1, 3, 1, 1100, NULL, 1550, NULL, NULL,
     'rejected: no', 'transient: later', '{"payment":"pi_1"}', NULL, '{"amount":1}'),
    ('stuck', 'charge', 2, 0, 'parked', NULL, NULL, 1400, 1600, 0, 1, 2, 1100, 1200, 1550, 1650, NULL,
     NULL, 'rejected: closed', '{"payment":"pi_2"}', '{"payment":"pi_2"}', '{"amount":2}'),
    ('stuck', 'notify', 3, 1, 'undone', NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, 1650, 'never_started',
     NULL, NULL, '{}', NULL, 'null');
INSERT INTO orders VALUES
    ('waits', 'received', 'USD', NULL, NULL, 1000, 'SHA', 'ada', 'ada@example.com', NULL, 'pm_1', '[]',
     '[{"sku":"MUG","quantity":2}]'),
    ('stuck', 'accepted', 'USD', 500, 'USD', 1002, 'SHA', 'bob', 'bob@example.com', '+491234', 'pm_2',
     '[{"sku":"MUG","quantity":1,"unit_price_minor":500}]', '[{"sku":"MUG","quantity":1}]');
INSERT INTO outbox VALUES ('order_saga', 'waits', 'waits', 1000, '{"saga_id":"waits"}');
INSERT INTO products VALUES ('MUG', 'A mug', 500, 'USD', 10, 9);
INSERT INTO reservations VALUES ('stuck', 'MUG', 1, 0);
"#;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Makes the file; answers the number of its last commit.
fn old_file(path: &Path) -> u64 {
    let database = Database::open(path, Options { migrations: FIRST, ..Options::default() }).unwrap();
    let rows = ROWS.replace("SHA", SHA);
    database.write_blocking(move |db| -> Result<(), Failed> { Ok(db.execute_batch(&rows)?) }).unwrap();
    let sequence: Result<i64, Failed> =
        database.read(|db| Ok(db.query_row("SELECT seq FROM amends_commit", (), |row| row.get(0))?));
    sequence.unwrap().cast_unsigned()
}

fn id(name: &str) -> SagaId {
    name.parse().unwrap()
}

const fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

async fn read<T: Send + 'static>(
    store: &dyn Store,
    work: impl FnMut(&mut dyn amends_store::Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.query(work).await.unwrap()
}

#[tokio::test]
async fn a_file_of_the_first_version_is_migrated_with_everything_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let committed = old_file(&path);
    let store = SqliteStore::open(&path, Arc::new(SetClock::at(at(10_000)))).unwrap();
    assert_eq!(store.directory_id().to_string(), "6f1b2c1e-0d0a-4c57-9a2e-0c3a4f1d5b11");
    assert_eq!(store.deployment().to_string(), "0b9d6a2e-53b4-4c0f-8a52-7c1f3c1f9e21");
    assert!(
        committed > 0 && store.commit_sequence() >= committed,
        "the engine's journal has seen the old commits"
    );

    let saga = read(&store, |tx| tx.saga(&id("runs"), SagaLock::None)).await.unwrap();
    assert_eq!((saga.state, saga.unwinds), (SagaState::Unwinding, 1));
    assert_eq!(saga.unwinder.as_ref().map(ToString::to_string).as_deref(), Some("runs-1"));
    assert_eq!((saga.created, saga.deadline, saga.unwinding_since), (at(1001), at(2001), Some(at(1500))));
    assert_eq!((saga.engine, saga.repairing, saga.announce, saga.restored), (None, false, false, None));

    let row = read(&store, |tx| tx.ledger_row(&id("runs"), "charge")).await.unwrap();
    assert_eq!(row.lease, Some(Lease { token: 77, until: at(9000) }));
    assert_eq!(
        (row.status, row.in_doubt, row.attempts, row.undo_attempts),
        (LedgerStatus::Undoing, true, 3, 1)
    );
    assert_eq!(row.objects, BTreeMap::from([("payment".to_owned(), "pi_1".to_owned())]));
    assert_eq!((row.input, row.output), (json!({ "amount": 1 }), None));
    assert_eq!(
        (row.reason.as_deref(), row.undo_reason.as_deref()),
        (Some("rejected: no"), Some("transient: later"))
    );
    let rows = read(&store, |tx| tx.ledger_rows(&id("stuck"))).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (rows[0].status, rows[0].output.as_ref()),
        (LedgerStatus::Parked, Some(&json!({ "payment": "pi_2" })))
    );
    assert_eq!((rows[1].best_effort, rows[1].undo), (true, Some(Undo::NeverStarted)));

    let order = read(&store, |tx| tx.order(&id("stuck"))).await.unwrap();
    assert_eq!((order.status, order.total.map(|total| total.minor)), (OrderStatus::Accepted, Some(500)));
    assert_eq!((order.customer.email.expose().as_str(), order.priced.len()), ("bob@example.com", 1));
    assert_eq!((order.idempotency_key, order.placed_by.as_str(), order.erased), (None, "", None));

    let waiting = read(&store, |tx| tx.outbox(9)).await;
    assert_eq!((waiting.len(), waiting[0].saga.clone(), waiting[0].claimed_until), (1, id("waits"), None));
    let product: ProductRow = read(&store, |tx| tx.product("MUG")).await.unwrap();
    assert_eq!((product.stocked, product.free, product.pruned), (10, 9, 0));
    assert_eq!(read(&store, |tx| tx.held_stock("MUG")).await, (1, 0));
}

#[tokio::test]
async fn what_the_old_program_left_open_is_found_and_can_be_decided_about() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    old_file(&path);
    let store = SqliteStore::open(&path, Arc::new(SetClock::at(at(10_000)))).unwrap();
    let open = SagaQuery { open: true, limit: 9, ..SagaQuery::default() };
    let open = read(&store, move |tx| tx.sagas(&open)).await;
    assert_eq!(open.iter().map(|saga| saga.id.as_str()).collect::<Vec<_>>(), ["runs", "waits"]);
    // The old table had no such word.
    let writable: &dyn Store = &store;
    let accepted = writable.transact(|tx| {
        let mut row = tx.ledger_row(&id("stuck"), "charge")?.unwrap();
        row.bury(Undo::Accepted, tx.now());
        tx.put_ledger_row(&row)
    });
    let accepted: Result<(), StoreError> = accepted.await;
    accepted.unwrap();
    assert_eq!(
        read(&store, |tx| tx.ledger_row(&id("stuck"), "charge")).await.unwrap().undo,
        Some(Undo::Accepted)
    );
}
