//! The store on PostgreSQL passes the suite.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use amends_store::Store;
use amends_store_postgres::testing::Cluster;
use amends_store_postgres::{PostgresOptions, PostgresStore, TimeSource};
use amends_types::Clock;
use tokio::runtime::{Builder, Runtime};

/// The stores' own: the suite's has no reactor.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

fn open(clock: Arc<dyn Clock>) -> Arc<dyn Store> {
    let database = Cluster::shared().database();
    let options = PostgresOptions {
        time: TimeSource::Clock(clock),
        // Two hundred workers wait for a handful of connections.
        max_connections: 8,
        acquire_timeout: Duration::from_secs(60),
        lock_timeout: Duration::from_secs(60),
        ..PostgresOptions::new(database.url())
    };
    Arc::new(runtime().block_on(PostgresStore::open(&options)).unwrap())
}

amends_store::store_suite!(postgres, open);
