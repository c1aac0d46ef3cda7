//! The file of the registry.
//!
//! Each action that changes something is one transaction, which checks and writes; so two requests at once are as two
//! requests one after the other.

use std::path::Path;

use amends_sqlite::rusqlite::Connection;
use amends_sqlite::{Database, Migration, OpenError, ReadOnlyDatabase};
use thiserror::Error;

use super::execution::StartedWith;
use crate::api_error::ApiError;

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "registry",
        sql: include_str!("../../../../migrations/registry/0001_registry.sql"),
    },
    Migration {
        version: 2,
        name: "request",
        sql: include_str!("../../../../migrations/registry/0002_request.sql"),
    },
];

/// The registry of state machines, versions, aliases, tags and activities. Clones are handles to the same.
#[derive(Debug, Clone)]
pub struct Registry {
    database: Database,
}

/// Why a registry cannot be opened.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct RegistryError(#[from] OpenError);

impl Registry {
    /// Opens the registry in this file, or makes one.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open(file: &Path) -> Result<Self, RegistryError> {
        let options = amends_sqlite::Options { migrations: MIGRATIONS, ..Default::default() };
        Ok(Self { database: Database::open(file, options)? })
    }

    /// What the files of this registry's directory are marked with, the engine's among them. Drawn when the registry was
    /// made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn directory(&self) -> Result<[u8; 16], ApiError> {
        self.read(|db| Ok(db.query_row("SELECT directory FROM identity", (), |row| row.get(0))?))
    }

    /// As [`Registry::directory`], of a file that another process may be at work in.
    ///
    /// # Errors
    /// When the file cannot be read, or is another version's.
    pub fn directory_in(file: &Path) -> Result<[u8; 16], RegistryError> {
        let database = ReadOnlyDatabase::open(file, MIGRATIONS)?;
        let found = database.read(|db| db.query_row("SELECT directory FROM identity", (), |row| row.get(0)));
        found.map_err(|source| OpenError::Sqlite { path: file.to_owned(), source }.into())
    }

    /// How often something in it was changed. A registry that is older than one that was seen shows a lower number.
    pub fn commits(&self) -> u64 {
        self.database.commit_seq()
    }

    /// Whether an execution was ever started that is not forgotten.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_executions(&self) -> Result<bool, ApiError> {
        self.read(|db| Ok(db.query_row("SELECT EXISTS (SELECT 1 FROM execution)", (), |row| row.get(0))?))
    }

    /// Forgets with what executions were started that the engine is about to forget: state machine and name of each.
    /// What cannot be removed now is replaced when the name is used again.
    pub fn forget(&self, executions: Vec<(String, String)>) {
        let work = move |db: &Connection| StartedWith::forget(db, &executions);
        if let Err(error) = self.database.write_blocking(work) {
            tracing::warn!(%error, "what executions were started with is kept for longer than need be");
        }
    }

    /// Runs `work` on the last commit.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.database.read(work)
    }

    /// Runs `work` in a transaction; answers once it is durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.database.write(work).await
    }
}
