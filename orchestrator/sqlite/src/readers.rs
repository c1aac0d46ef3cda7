//! Read-only connections, kept for the next read.
//!
//! There are never more of them than threads reading at once; only the idle ones that are kept are limited.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::connection;

/// How many idle connections are kept.
const MAX_IDLE: usize = 4;

#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()) }
    }

    /// Runs `work` on one consistent snapshot.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = match self.take() {
            Some(connection) => connection,
            None => connection::open_reader(&self.path)?,
        };
        // A panic in `work` drops the connection instead of returning it.
        let snapshot = connection.unchecked_transaction()?;
        let result = work(&snapshot);
        if snapshot.finish().is_ok() {
            self.put_back(connection);
        }
        result
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }
}
