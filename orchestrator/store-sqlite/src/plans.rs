//! How SQLite finds the rows of each statement: nothing scans, at a million sagas as at ten.

use amends_store::{OrderQuery, SagaState};
use rusqlite::{Connection, params_from_iter};

use crate::{
    audit_log, ledger, meta, order_page, orders, outbox, products, reservations, sagas, store, stubs,
};

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
    check(sagas::PAGE_ANNOUNCE, &["SEARCH sagas USING INDEX sagas_announce (id>?)"]);
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
    check(ledger::SELECT_PARKED, &["SEARCH l USING INDEX ledger_parked ((saga,position)>(?,?))"]);
}

#[test]
fn orders_are_found_by_their_id() {
    let by_id = ["SEARCH orders USING INDEX sqlite_autoindex_orders_1 (id=?)"];
    check(orders::SELECT, &["SEARCH o USING INDEX sqlite_autoindex_orders_1 (id=?)"]);
    check(orders::SELECT_BY_KEY, &["SEARCH o USING INDEX orders_key (idempotency_key=?)"]);
    check(orders::UPDATE, &by_id);
    check(orders::ERASE, &by_id);
    // The audit reads all orders, each with one look for its saga.
    let alone = [
        "SCAN orders USING COVERING INDEX sqlite_autoindex_orders_1",
        "CORRELATED SCALAR SUBQUERY 1",
        "SEARCH sagas USING COVERING INDEX sqlite_autoindex_sagas_1 (id=?)",
    ];
    check(orders::SELECT_WITHOUT_SAGA, &alone);
}

#[test]
fn a_page_of_orders_is_found_by_time_customer_or_a_rare_state() {
    let page = |customer: Option<&str>, state| {
        let customer = customer.map(str::to_owned);
        order_page::statement(&OrderQuery { customer, state, ..OrderQuery::default() })
    };
    let saga = "SEARCH s USING INDEX sqlite_autoindex_sagas_1 (id=?)";
    for state in [None, Some(SagaState::Committed)] {
        check(&page(None, state), &["SEARCH o USING INDEX orders_newest (created>? AND created<?)", saga]);
        let of_customer =
            "SEARCH o USING INDEX orders_of_customer (customer_id=? AND created>? AND created<?)";
        check(&page(Some("c"), state), &[of_customer, saga]);
    }
    let order = "SEARCH o USING INDEX sqlite_autoindex_orders_1 (id=?)";
    let sort = "USE TEMP B-TREE FOR ORDER BY";
    for (state, index) in [
        (SagaState::Forward, "INDEX sagas_open"),
        (SagaState::Unwinding, "INDEX sagas_open"),
        (SagaState::Compensated, "COVERING INDEX sagas_compensated"),
        (SagaState::Stuck, "COVERING INDEX sagas_stuck"),
    ] {
        check(&page(None, Some(state)), &[&format!("SCAN s USING {index}"), order, sort]);
    }
}

#[test]
fn the_audit_log_is_read_from_a_number_on() {
    check(audit_log::PAGE, &["SEARCH audit_log USING INTEGER PRIMARY KEY (rowid>?)"]);
    let of_saga = "SEARCH audit_log USING INDEX audit_log_of_saga (saga=? AND seq>?)";
    check(audit_log::PAGE_OF_SAGA, &[of_saga]);
}

#[test]
fn what_a_stub_replaces_is_found_by_its_saga() {
    check(stubs::SELECT, &["SEARCH stubs USING PRIMARY KEY (id=?)"]);
    check(stubs::DELETE_SAGA, &["SEARCH sagas USING INDEX sqlite_autoindex_sagas_1 (id=?)"]);
    let rest = [
        "ledger USING INDEX sqlite_autoindex_ledger_1 (saga=?)",
        "orders USING INDEX sqlite_autoindex_orders_1 (id=?)",
        "reservations USING PRIMARY KEY (saga=?)",
    ];
    for (sql, found) in stubs::DELETE_REST.iter().zip(rest) {
        check(sql, &[&format!("SEARCH {found}")]);
    }
    check(stubs::SELECT_ENDED, &["SEARCH sagas USING INDEX sqlite_autoindex_sagas_1 (id>?)"]);
}

#[test]
fn the_oldest_of_the_outbox_come_from_their_index() {
    check(outbox::SELECT_OLDEST, &["SCAN outbox USING INDEX outbox_oldest"]);
    let unclaimed = "SCAN outbox USING INDEX outbox_oldest";
    check(outbox::SELECT_UNCLAIMED, &[unclaimed]);
    check(outbox::CLAIM, &["SEARCH outbox USING PRIMARY KEY (machine=? AND run=?)"]);
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
        "SCALAR SUBQUERY 1",
        "SEARCH products USING PRIMARY KEY (sku=?)",
    ];
    check(reservations::SELECT_HELD, &held);
}

#[test]
fn the_time_is_found_by_row() {
    check(meta::UPDATE_LAST_NOW, &["SEARCH meta USING INTEGER PRIMARY KEY (rowid=?)"]);
    check(meta::SELECT_LAST_NOW, &["SEARCH meta USING INTEGER PRIMARY KEY (rowid=?)"]);
}
