//! Tags of state machines and activities, in the order in which they were given.

use amends_sqlite::rusqlite::Connection;

use super::Registry;
use crate::api_error::{ApiError, ErrorCode};
use crate::settings::{MAX_TAGS, Tag};

impl Registry {
    /// The tags of a resource.
    pub(crate) fn tags_of(db: &Connection, arn: &str) -> Result<Vec<Tag>, ApiError> {
        let mut statement =
            db.prepare_cached("SELECT key, value FROM tag WHERE resource = ?1 ORDER BY id")?;
        let rows = statement.query_map((arn,), |row| Ok(Tag { key: row.get(0)?, value: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds tags to a resource, or changes their values.
    pub(crate) fn tag(db: &Connection, arn: &str, tags: &[Tag]) -> Result<(), ApiError> {
        put(db, arn, tags)
    }

    /// Takes tags from a resource.
    pub(crate) fn untag(db: &Connection, arn: &str, keys: &[String]) -> Result<(), ApiError> {
        let mut statement = db.prepare_cached("DELETE FROM tag WHERE resource = ?1 AND key = ?2")?;
        for key in keys {
            statement.execute((arn, key))?;
        }
        Ok(())
    }
}

pub(super) fn put(db: &Connection, arn: &str, tags: &[Tag]) -> Result<(), ApiError> {
    let sql = "INSERT INTO tag (resource, key, value) VALUES (?1, ?2, ?3) \
               ON CONFLICT (resource, key) DO UPDATE SET value = excluded.value";
    let mut statement = db.prepare_cached(sql)?;
    for tag in tags {
        statement.execute((arn, &tag.key, &tag.value))?;
    }
    let count: u32 =
        db.query_row("SELECT count(*) FROM tag WHERE resource = ?1", (arn,), |row| row.get(0))?;
    if count > MAX_TAGS {
        let message = format!("Too many tags: '{arn}' would have {count}, and {MAX_TAGS} is the most.");
        return Err(ApiError::new(ErrorCode::TooManyTags, message));
    }
    Ok(())
}
