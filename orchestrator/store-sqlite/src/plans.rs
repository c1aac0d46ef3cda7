//! How SQLite finds the rows of each statement: nothing scans, at a million sagas as at ten.

use rusqlite::{Connection, params_from_iter};

use crate::{ledger, meta, orders, outbox, products, reservations, sagas, store};

/// What SQLite says that it will do, in the order in which it does it.
fn plan(sql: &str) -> Vec<String> {
    let db = Connection::open_in_memory().unwrap();
    for migration in store::MIGRATIONS {
        db.execute_batch(migration.sql).unwrap();
    }
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let values = vec![rusqlite::types::Null; statement.parameter_count()];
    let rows = statement.query_map(params_from_iter(values), |row| row.get("detail")).unwrap();
    rows.map(Result::unwrap).collect()
}

fn check(sql: &str, expected: &[&str]) {
    assert_eq!(plan(sql), expected, "{sql}");
}

#[test]
fn a_saga_is_found_by_its_id_and_pages_by_the_index_of_their_state() {
    let by_id = "SEARCH sagas USING INDEX sqlite_autoindex_sagas_1";
    check(sagas::SELECT, &[&format!("{by_id} (id=?)")]);
    check(sagas::UPDATE, &[&format!("{by_id} (id=?)")]);
    check(sagas::PAGE_ALL, &[&format!("{by_id} (id>?)")]);
    check(sagas::PAGE_COMMITTED, &[&format!("{by_id} (id>?)")]);
    for open in [sagas::PAGE_OPEN, sagas::PAGE_FORWARD, sagas::PAGE_UNWINDING] {
        check(open, &["SEARCH sagas USING INDEX sagas_open (id>?)"]);
    }
    check(sagas::PAGE_COMPENSATED, &["SEARCH sagas USING INDEX sagas_compensated (id>?)"]);
    check(sagas::PAGE_STUCK, &["SEARCH sagas USING INDEX sagas_stuck (id>?)"]);
}

#[test]
fn ledger_rows_are_found_by_saga_or_because_they_are_owed_or_leased() {
    let by_key = "SEARCH l USING INDEX sqlite_autoindex_ledger_1";
    check(ledger::SELECT, &[&format!("{by_key} (saga=? AND step=?)")]);
    check(ledger::SELECT_OF_SAGA, &[&format!("{by_key} (saga=?)"), "USE TEMP B-TREE FOR ORDER BY"]);
    let owed = [
        "SEARCH l USING INDEX ledger_owed ((saga,position)>(?,?))",
        "SEARCH s USING INDEX sqlite_autoindex_sagas_1 (id=?)",
    ];
    check(ledger::SELECT_OWED, &owed);
    let leased = ["SCAN l USING INDEX ledger_leased", "USE TEMP B-TREE FOR LAST TERM OF ORDER BY"];
    check(ledger::SELECT_LEASED, &leased);
}

#[test]
fn orders_are_found_by_their_id() {
    let by_id = ["SEARCH orders USING INDEX sqlite_autoindex_orders_1 (id=?)"];
    check(orders::SELECT, &by_id);
    check(orders::UPDATE, &by_id);
    // The audit reads all orders, each with one look for its saga.
    let alone = [
        "SCAN orders USING COVERING INDEX sqlite_autoindex_orders_1",
        "CORRELATED SCALAR SUBQUERY 1",
        "SEARCH sagas USING COVERING INDEX sqlite_autoindex_sagas_1 (id=?)",
    ];
    check(orders::SELECT_WITHOUT_SAGA, &alone);
}

#[test]
fn the_oldest_of_the_outbox_come_from_their_index() {
    check(outbox::SELECT_OLDEST, &["SCAN outbox USING INDEX outbox_oldest"]);
    check(outbox::DELETE, &["SEARCH outbox USING PRIMARY KEY (machine=? AND run=?)"]);
}

#[test]
fn products_are_found_by_their_sku_and_paged_in_its_order() {
    let by_sku = ["SEARCH products USING PRIMARY KEY (sku=?)"];
    check(products::SELECT, &by_sku);
    check(products::TAKE, &by_sku);
    check(products::RETURN, &by_sku);
    check(products::PAGE_FIRST, &["SCAN products"]);
    check(products::PAGE_AFTER, &["SEARCH products USING PRIMARY KEY (sku>?)"]);
}

#[test]
fn reservations_are_found_by_saga_or_by_what_they_hold() {
    let by_saga = ["SEARCH reservations USING PRIMARY KEY (saga=?)"];
    check(reservations::SELECT_OF_SAGA, &by_saga);
    check(reservations::RELEASE, &by_saga);
    let held = [
        "SEARCH r USING COVERING INDEX reservations_held (sku=?)",
        "SEARCH s USING INDEX sqlite_autoindex_sagas_1 (id=?) LEFT-JOIN",
    ];
    check(reservations::SELECT_HELD, &held);
}

#[test]
fn the_time_is_found_by_row() {
    check(meta::UPDATE_LAST_NOW, &["SEARCH meta USING INTEGER PRIMARY KEY (rowid=?)"]);
    check(meta::SELECT_LAST_NOW, &["SEARCH meta USING INTEGER PRIMARY KEY (rowid=?)"]);
}
