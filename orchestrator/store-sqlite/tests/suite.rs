//! The store in SQLite passes the suite.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use amends_store::{Access, Store, StoreError, Work};
use amends_store_sqlite::{Options, SqliteStore, Synchronous};
use amends_types::{BoxFuture, Clock, DeploymentId};
use tempfile::TempDir;

/// A store whose directory goes with it.
struct Temporary {
    store: SqliteStore,
    _directory: TempDir,
}

impl Temporary {
    fn open(clock: Arc<dyn Clock>) -> Arc<dyn Store> {
        let directory = tempfile::tempdir().unwrap();
        // A kernel that dies is not among the cases, and syncing makes them slow.
        let options = Options { synchronous: Synchronous::Normal, ..Options::default() };
        let store = SqliteStore::open_with(&directory.path().join("store.db"), clock, options).unwrap();
        Arc::new(Self { store, _directory: directory })
    }
}

impl Store for Temporary {
    fn deployment(&self) -> DeploymentId {
        self.store.deployment()
    }

    fn commit_sequence(&self) -> u64 {
        self.store.commit_sequence()
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.run(access, work)
    }
}

amends_store::store_suite!(sqlite, Temporary::open);
