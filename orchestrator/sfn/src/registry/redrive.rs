//! Client tokens of RedriveExecution: a request that is sent again redrives nothing again.
//!
//! The row is written before the execution is redriven, and says so afterwards. One that does not say so was cut short;
//! whether the execution was redriven then is the engine's to know.

use std::time::Duration;

use amends_sqlite::rusqlite::{Connection, OptionalExtension};
use amends_types::Timestamp;

use crate::api_error::ApiError;

/// For how long a token is known, and how many of an execution (API reference of RedriveExecution).
const VALID_FOR: Duration = Duration::from_secs(15 * 60);
const MOST_TOKENS: u32 = 10;

/// What a token was used for before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Redrive {
    pub(crate) asked: Timestamp,
    /// None if it is not known whether it happened.
    pub(crate) redriven: Option<Timestamp>,
}

/// A client token, and the execution that it is for.
#[derive(Debug, Clone)]
pub(crate) struct RedriveToken {
    pub(crate) machine: String,
    pub(crate) name: String,
    pub(crate) token: String,
}

impl RedriveToken {
    /// What the token was used for, if it was not long ago; else that it is used now.
    pub(crate) fn take(&self, db: &Connection, now: Timestamp) -> Result<Option<Redrive>, ApiError> {
        let expired = now.minus(VALID_FOR).as_micros();
        db.prepare_cached("DELETE FROM redrive WHERE asked < ?1")?.execute((expired,))?;
        let sql = "SELECT asked, redriven FROM redrive WHERE machine_name = ?1 AND name = ?2 AND token = ?3";
        let found = db.prepare_cached(sql)?.query_row(self.key(), |row| {
            let (asked, redriven): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
            let redriven = redriven.map(Timestamp::from_micros);
            Ok(Redrive { asked: Timestamp::from_micros(asked), redriven })
        });
        if let Some(found) = found.optional()? {
            return Ok(Some(found));
        }
        let sql = "DELETE FROM redrive WHERE machine_name = ?1 AND name = ?2 AND token NOT IN \
                   (SELECT token FROM redrive WHERE machine_name = ?1 AND name = ?2 ORDER BY asked DESC LIMIT ?3)";
        db.prepare_cached(sql)?.execute((&self.machine, &self.name, MOST_TOKENS - 1))?;
        let sql = "INSERT INTO redrive (machine_name, name, token, asked) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute((&self.machine, &self.name, &self.token, now.as_micros()))?;
        Ok(None)
    }

    /// Says when the execution was redriven.
    pub(crate) fn done(&self, db: &Connection, redriven: Timestamp) -> Result<(), ApiError> {
        let sql = "UPDATE redrive SET redriven = ?4 WHERE machine_name = ?1 AND name = ?2 AND token = ?3";
        let (machine, name, token) = self.key();
        db.prepare_cached(sql)?.execute((machine, name, token, redriven.as_micros()))?;
        Ok(())
    }

    /// Says that nothing was redriven.
    pub(crate) fn drop(&self, db: &Connection) -> Result<(), ApiError> {
        let sql = "DELETE FROM redrive WHERE machine_name = ?1 AND name = ?2 AND token = ?3";
        db.prepare_cached(sql)?.execute(self.key())?;
        Ok(())
    }

    fn key(&self) -> (&str, &str, &str) {
        (&self.machine, &self.name, &self.token)
    }
}
