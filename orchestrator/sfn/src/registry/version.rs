//! Versions: revisions that were published under a number. A revision is published once.

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};
use amends_types::Timestamp;

use super::{Alias, Machine};
use crate::api_error::{ApiError, ErrorCode};

/// The most versions of a state machine, by AWS's quotas.
const MAX_VERSIONS: u32 = 1_000;
/// What the first revision, which has no id, is called.
const INITIAL: &str = "INITIAL";

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: u32,
    pub(crate) revision: i64,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
}

/// The version of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) number: u32,
    pub(crate) created: Timestamp,
}

const COLUMNS: &str = "number, revision, description, created";

impl Version {
    /// The version of a machine that has this number.
    pub(crate) fn find(db: &Connection, machine: i64, number: u32) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM version WHERE machine = ?1 AND number = ?2");
        Ok(db.prepare_cached(&sql)?.query_row((machine, number), Self::read).optional()?)
    }

    /// The version that a revision was published as.
    pub(crate) fn of_revision(
        db: &Connection,
        machine: i64,
        revision: i64,
    ) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM version WHERE machine = ?1 AND revision = ?2");
        Ok(db.prepare_cached(&sql)?.query_row((machine, revision), Self::read).optional()?)
    }

    /// Versions of a machine, the newest first, with numbers below that one.
    pub(crate) fn list(
        db: &Connection,
        machine: i64,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Self>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM version WHERE machine = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3"
        );
        let below = below.map_or(i64::MAX, u64::cast_signed);
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map((machine, below, limit), Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Publishes a revision, unless it is published already.
    pub(crate) fn publish(
        db: &Connection,
        machine: i64,
        revision: i64,
        description: Option<String>,
        now: Timestamp,
    ) -> Result<Published, ApiError> {
        if let Some(there) = Self::of_revision(db, machine, revision)? {
            return Ok(Published { number: there.number, created: there.created });
        }
        let count: u32 =
            db.query_row("SELECT count(*) FROM version WHERE machine = ?1", (machine,), |row| row.get(0))?;
        if count >= MAX_VERSIONS {
            let message = format!("A state machine has at most {MAX_VERSIONS} versions; delete some first.");
            return Err(ApiError::new(ErrorCode::ServiceQuotaExceededException, message));
        }
        let take =
            "UPDATE machine SET next_version = next_version + 1 WHERE id = ?1 RETURNING next_version - 1";
        let number: u32 = db.query_row(take, (machine,), |row| row.get(0))?;
        let sql = "INSERT INTO version (machine, number, revision, description, created) VALUES (?1, ?2, ?3, ?4, ?5)";
        db.execute(sql, (machine, number, revision, description, now.as_micros()))?;
        Ok(Published { number, created: now })
    }

    /// Publishes the current revision, if it is the one that the client means.
    pub(crate) fn publish_current(
        db: &Connection,
        machine: &Machine,
        meant: Option<&str>,
        description: Option<String>,
        now: Timestamp,
    ) -> Result<Published, ApiError> {
        let current = machine.current(db)?;
        let current_id = current.revision_id.as_deref().unwrap_or(INITIAL);
        if let Some(meant) = meant.filter(|meant| *meant != current_id) {
            let message = format!(
                "Failed to publish the State Machine version for revision {meant}. The current State Machine revision is \
                 {current_id}."
            );
            return Err(ApiError::new(ErrorCode::ConflictException, message));
        }
        Self::publish(db, machine.id, current.id, description, now)
    }

    /// Deletes a version that no alias leads to. One that is not there is deleted already.
    pub(crate) fn delete(db: &Connection, machine: i64, number: u32) -> Result<(), ApiError> {
        let aliases = Alias::leading_to(db, machine, number)?;
        if !aliases.is_empty() {
            let message = format!(
                "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this \
                 version: [{}]",
                aliases.join(", ")
            );
            return Err(ApiError::new(ErrorCode::ConflictException, message));
        }
        db.execute("DELETE FROM version WHERE machine = ?1 AND number = ?2", (machine, number))?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            revision: row.get(1)?,
            description: row.get(2)?,
            created: Timestamp::from_micros(row.get(3)?),
        })
    }
}
