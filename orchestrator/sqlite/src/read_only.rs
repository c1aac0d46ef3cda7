//! A database that another process writes.

use std::path::Path;

use rusqlite::Connection;

use crate::migration::{self, Migration};
use crate::readers::Readers;
use crate::{OpenError, connection};

/// A database opened for inspection, possibly while another process writes it.
#[derive(Debug)]
pub struct ReadOnlyDatabase {
    readers: Readers,
}

impl ReadOnlyDatabase {
    /// Opens an existing file; its schema must be exactly the one that `migrations` describe.
    ///
    /// # Errors
    /// When the file does not exist or cannot be read, or when its schema is older, newer or another one.
    pub fn open(path: &Path, migrations: &[Migration]) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Sqlite { path: path.to_owned(), source };
        let first = connection::open_reader(path).map_err(failed)?;
        migration::require(&first, path, migrations)?;
        Ok(Self { readers: Readers::new(path) })
    }

    /// Runs `work` on one consistent snapshot of the last commit. Blocks the thread while it reads.
    ///
    /// # Errors
    /// What `work` returned, or that no connection could be opened.
    pub fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.read(work)
    }
}
