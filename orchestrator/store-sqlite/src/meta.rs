//! What the file says about itself: its ids, and the latest time.

use std::path::Path;

use amends_store::StoreError;
use amends_types::{DeploymentId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::columns::{Columns, Stored};
use crate::error::{OpenError, store_error};

const SELECT: &str = "SELECT directory_id, deployment_id, last_now FROM meta WHERE id = 1";
const INSERT: &str = "INSERT INTO meta (id, directory_id, deployment_id, last_now) VALUES (1, ?1, ?2, ?3)";
pub(crate) const SELECT_LAST_NOW: &str = "SELECT last_now FROM meta WHERE id = 1";
pub(crate) const UPDATE_LAST_NOW: &str = "UPDATE meta SET last_now = ?1 WHERE id = 1";
const REPLACE_IDS: &str = "UPDATE meta SET directory_id = ?1, deployment_id = ?2 WHERE id = 1";
const SELECT_COMMIT: &str = "SELECT seq FROM amends_commit WHERE id = 1";

/// The one row of `meta`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meta {
    /// Shared by all files of a data directory.
    pub(crate) directory: Uuid,
    /// What idempotency keys are derived from.
    pub(crate) deployment: DeploymentId,
    /// The time of the latest transaction that changed something.
    pub(crate) last_now: Timestamp,
}

impl Stored for Meta {
    const TABLE: &'static str = "meta";
    const KEYS: usize = 0;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            directory: columns.parse(|text| text.parse().ok())?,
            deployment: columns.parse(|text| text.parse().ok())?,
            last_now: columns.time()?,
        })
    }
}

impl Meta {
    /// Reads the row, or mints it in a file that is new.
    pub(crate) fn load_or_mint(db: &Connection) -> Result<Self, StoreError> {
        if let Some(meta) = Self::load(db)? {
            return Ok(meta);
        }
        let last_now = Timestamp::from_micros(i64::MIN);
        let meta = Self { directory: Uuid::new_v4(), deployment: DeploymentId::mint(), last_now };
        let values = (meta.directory.to_string(), meta.deployment.to_string(), last_now.as_micros());
        db.execute(INSERT, values).map_err(|error| store_error(&error))?;
        Ok(meta)
    }

    /// Replaces the ids, and keeps the time.
    pub(crate) fn mint_anew(db: &Connection) -> Result<Self, StoreError> {
        let meta =
            Self { directory: Uuid::new_v4(), deployment: DeploymentId::mint(), ..Self::load_or_mint(db)? };
        let values = (meta.directory.to_string(), meta.deployment.to_string());
        db.execute(REPLACE_IDS, values).map_err(|error| store_error(&error))?;
        Ok(meta)
    }

    /// Reads the row of a file that must have one.
    pub(crate) fn require(db: &Connection, path: &Path) -> Result<Self, OpenError> {
        let missing = || StoreError::Corrupt("meta has no row".to_owned());
        let meta = Self::load(db).and_then(|meta| meta.ok_or_else(missing));
        meta.map_err(|source| OpenError::Meta { path: path.to_owned(), source })
    }

    fn load(db: &Connection) -> Result<Option<Self>, StoreError> {
        let row = db.query_row(SELECT, (), |row| Ok(Columns::read(row))).optional();
        row.map_err(|error| store_error(&error))?.transpose()
    }
}

/// Records the time of a transaction that changed something, within that transaction.
pub(crate) fn record_now(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(UPDATE_LAST_NOW)?.execute((now.as_micros(),)).map(drop)
}

/// The time of the latest transaction whose changes `db` shows.
pub(crate) fn last_now(db: &Connection) -> rusqlite::Result<Timestamp> {
    db.prepare_cached(SELECT_LAST_NOW)?.query_row((), |row| row.get(0)).map(Timestamp::from_micros)
}

/// The number of the latest commit that `db` shows.
pub(crate) fn commit_sequence(db: &Connection) -> rusqlite::Result<u64> {
    let sequence: i64 = db.prepare_cached(SELECT_COMMIT)?.query_row((), |row| row.get(0))?;
    Ok(sequence.cast_unsigned())
}
