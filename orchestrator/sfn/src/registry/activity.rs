//! Activities: names under which workers ask for tasks.

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};
use amends_types::Timestamp;

use super::revision::json;
use super::tag;
use crate::api_error::{ApiError, ErrorCode};
use crate::settings::{Encryption, Tag};

/// The most activities of an account, by AWS's quotas.
const MAX_ACTIVITIES: u32 = 10_000;

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) encryption: Encryption,
}

const COLUMNS: &str = "id, name, created, encryption";

impl Activity {
    /// The activity of this name.
    pub(crate) fn named(db: &Connection, name: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM activity WHERE name = ?1");
        Ok(db.prepare_cached(&sql)?.query_row((name,), Self::read).optional()?)
    }

    /// Activities in the order of their creation, after the one with that number.
    pub(crate) fn list(db: &Connection, after: u64, limit: u32) -> Result<Vec<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM activity WHERE id > ?1 ORDER BY id LIMIT ?2");
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map((after.cast_signed(), limit), Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Creates an activity, or finds the one that there is; says when it was created. Tags may differ, and then change
    /// nothing, as the API reference of CreateActivity has it.
    pub(crate) fn create(
        db: &Connection,
        name: &str,
        arn: &str,
        encryption: &Encryption,
        tags: &[Tag],
        now: Timestamp,
    ) -> Result<Timestamp, ApiError> {
        if let Some(there) = Self::named(db, name)? {
            if there.encryption == *encryption {
                return Ok(there.created);
            }
            let message = format!("Activity Already Exists: '{arn}'");
            return Err(ApiError::new(ErrorCode::ActivityAlreadyExists, message));
        }
        let count: u32 = db.query_row("SELECT count(*) FROM activity", (), |row| row.get(0))?;
        if count >= MAX_ACTIVITIES {
            let message = format!("Activity Limit Exceeded: '{MAX_ACTIVITIES}'");
            return Err(ApiError::new(ErrorCode::ActivityLimitExceeded, message));
        }
        let sql = "INSERT INTO activity (name, created, encryption) VALUES (?1, ?2, ?3)";
        db.execute(sql, (name, now.as_micros(), encryption.to_value().to_string()))?;
        tag::put(db, arn, tags)?;
        Ok(now)
    }

    /// Deletes the activity of this name, if there is one.
    pub(crate) fn delete(db: &Connection, name: &str, arn: &str) -> Result<(), ApiError> {
        db.execute("DELETE FROM activity WHERE name = ?1", (name,))?;
        db.execute("DELETE FROM tag WHERE resource = ?1", (arn,))?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let created = Timestamp::from_micros(row.get(2)?);
        Ok(Self { id: row.get(0)?, name: row.get(1)?, created, encryption: json(row, 3)? })
    }
}
