//! What a state machine is at one time. Revisions are never changed.

use amends_sqlite::rusqlite::{self, Connection, Row};
use amends_types::Timestamp;

use crate::api_error::ApiError;
use crate::settings::{Encryption, Logging};

/// Everything of a state machine that an update may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) definition: String,
    pub(crate) role_arn: String,
    pub(crate) logging: Logging,
    pub(crate) tracing: bool,
    pub(crate) encryption: Encryption,
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) id: i64,
    /// None for the one that the state machine was created with.
    pub(crate) revision_id: Option<String>,
    pub(crate) settings: Settings,
    pub(crate) updated: Timestamp,
}

const COLUMNS: &str = "id, revision_id, definition, role_arn, logging, tracing, encryption, updated";

impl Revision {
    /// The revision with this number.
    pub(crate) fn get(db: &Connection, id: i64) -> Result<Self, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM revision WHERE id = ?1");
        Ok(db.prepare_cached(&sql)?.query_row((id,), Self::read)?)
    }

    /// Adds a revision of a machine.
    pub(crate) fn add(
        db: &Connection,
        machine: i64,
        revision_id: Option<String>,
        settings: Settings,
        updated: Timestamp,
    ) -> Result<Self, ApiError> {
        let sql = "INSERT INTO revision (machine, revision_id, definition, role_arn, logging, tracing, encryption, \
                   updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        db.prepare_cached(sql)?.execute((
            machine,
            &revision_id,
            &settings.definition,
            &settings.role_arn,
            settings.logging.to_value().to_string(),
            settings.tracing,
            settings.encryption.to_value().to_string(),
            updated.as_micros(),
        ))?;
        Ok(Self { id: db.last_insert_rowid(), revision_id, settings, updated })
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let settings = Settings {
            definition: row.get(2)?,
            role_arn: row.get(3)?,
            logging: json(row, 4)?,
            tracing: row.get(5)?,
            encryption: json(row, 6)?,
        };
        let updated = Timestamp::from_micros(row.get(7)?);
        Ok(Self { id: row.get(0)?, revision_id: row.get(1)?, settings, updated })
    }
}

/// A column that holds JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
