//! A store in a database of its own, and a few rows.

use amends_store::{LedgerRow, LedgerStatus, SagaRow, Store, StoreError, Tx};
use amends_store_postgres::testing::Cluster;
use amends_store_postgres::{PostgresOptions, PostgresStore};
use amends_types::{SagaId, Timestamp};
use serde_json::json;

pub(crate) fn options() -> PostgresOptions {
    PostgresOptions::new(Cluster::shared().database().url())
}

pub(crate) async fn open(options: &PostgresOptions) -> PostgresStore {
    PostgresStore::open(options).await.unwrap()
}

pub(crate) fn id(text: &str) -> SagaId {
    text.parse().unwrap()
}

pub(crate) fn saga(name: &str) -> SagaRow {
    let time = Timestamp::from_micros(1);
    SagaRow::new(id(name), "order_saga", json!({}), time, time)
}

pub(crate) fn ledger(saga: &str, step: &str) -> LedgerRow {
    LedgerRow::new(id(saga), step, 0, false, LedgerStatus::Started)
}

pub(crate) async fn write<T: Send + 'static>(
    store: &PostgresStore,
    work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store: &dyn Store = store;
    store.transact(work).await
}

pub(crate) async fn read<T: Send + 'static>(
    store: &PostgresStore,
    work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store: &dyn Store = store;
    store.query(work).await
}

pub(crate) async fn exists(store: &PostgresStore, name: &str) -> bool {
    let id = id(name);
    read(store, move |tx| tx.saga(&id, amends_store::SagaLock::None)).await.unwrap().is_some()
}
