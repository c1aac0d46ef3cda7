//! Opening a store only to look at it, while a service may be at work in it.

use std::sync::Arc;

use amends_engine::clock::SystemClock;
use amends_store::Store;
use amends_store_postgres::PostgresStore;
use amends_store_sqlite::SqliteStore;
use uuid::Uuid;

use crate::args::{Data, Database};
use crate::data_dir::DataDir;
use crate::failure::Failure;

/// A store to look at, and the data directory that belongs to it, if there is one here.
pub(crate) struct Inspected {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) directory: Option<(DataDir, Uuid)>,
}

/// Opens the store of a data directory, or a database.
pub(crate) async fn inspect(data: &Data, database: &Database) -> Result<Inspected, Failure> {
    if let Some(options) = database.options() {
        let store = PostgresStore::open_read_only(&options).await.map_err(Failure::failed)?;
        // Another instance's executions cannot be seen from here; that is no error.
        let dir = DataDir::existing(&data.dir).ok();
        let directory = dir.and_then(|dir| dir.bound_directory().map(|id| (dir, id)));
        return Ok(Inspected { store: Arc::new(store), directory });
    }
    let dir = DataDir::existing(&data.dir)?;
    if !dir.store().is_file() {
        let shown = data.dir.display();
        return Err(Failure::Unusable(format!(
            "{shown} works for a database: say which with --database-url"
        )));
    }
    let clock = Arc::new(SystemClock::new());
    let store = SqliteStore::open_read_only(&dir.store(), clock).map_err(Failure::failed)?;
    let id = store.directory_id();
    Ok(Inspected { store: Arc::new(store), directory: Some((dir, id)) })
}
