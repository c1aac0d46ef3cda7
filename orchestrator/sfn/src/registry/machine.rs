//! State machines, and what their ARNs lead to.

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};
use amends_types::Timestamp;

use super::{Alias, Revision, Version};
use crate::api_error::ApiError;
use crate::arn::{MachineArn, Qualifier};

/// A state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// `EXPRESS`, or else `STANDARD`.
    pub(crate) is_express: bool,
    pub(crate) created: Timestamp,
    /// The number of its current revision.
    pub(crate) revision: i64,
    pub(crate) created_published: bool,
    pub(crate) created_description: Option<String>,
}

/// What the ARN of a state machine, a version or an alias leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) machine: Machine,
    pub(crate) version: Option<Version>,
    pub(crate) alias: Option<Alias>,
}

const COLUMNS: &str = "id, name, type, created, revision, created_published, created_description";

impl Machine {
    /// The state machine of this name.
    pub(crate) fn named(db: &Connection, name: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM machine WHERE name = ?1");
        Ok(db.prepare_cached(&sql)?.query_row((name,), Self::read).optional()?)
    }

    /// State machines in the order of their creation, after the one with that number.
    pub(crate) fn list(db: &Connection, after: u64, limit: u32) -> Result<Vec<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM machine WHERE id > ?1 ORDER BY id LIMIT ?2");
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map((after.cast_signed(), limit), Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many there are.
    pub(crate) fn count(db: &Connection) -> Result<u32, ApiError> {
        Ok(db.query_row("SELECT count(*) FROM machine", (), |row| row.get(0))?)
    }

    /// Its type, as the API says it.
    pub(crate) fn type_name(&self) -> &'static str {
        if self.is_express { "EXPRESS" } else { "STANDARD" }
    }

    /// Its current revision.
    pub(crate) fn current(&self, db: &Connection) -> Result<Revision, ApiError> {
        Revision::get(db, self.revision)
    }

    /// Deletes a state machine with its versions, aliases and tags; its revisions stay for its executions.
    pub(crate) fn delete(&self, db: &Connection, arn: &str) -> Result<(), ApiError> {
        db.execute("DELETE FROM route WHERE alias IN (SELECT id FROM alias WHERE machine = ?1)", (self.id,))?;
        db.execute("DELETE FROM alias WHERE machine = ?1", (self.id,))?;
        db.execute("DELETE FROM version WHERE machine = ?1", (self.id,))?;
        db.execute("DELETE FROM tag WHERE resource = ?1", (arn,))?;
        db.execute("DELETE FROM machine WHERE id = ?1", (self.id,))?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            is_express: row.get::<_, String>(2)? == "EXPRESS",
            created: Timestamp::from_micros(row.get(3)?),
            revision: row.get(4)?,
            created_published: row.get(5)?,
            created_description: row.get(6)?,
        })
    }
}

impl Target {
    /// What an ARN leads to; `None` if there is no such state machine, version or alias.
    pub(crate) fn find(db: &Connection, arn: &MachineArn) -> Result<Option<Self>, ApiError> {
        let Some(machine) = Machine::named(db, &arn.name)? else { return Ok(None) };
        let mut target = Self { machine, version: None, alias: None };
        match &arn.qualifier {
            None => {}
            Some(Qualifier::Version(number)) => {
                target.version = Version::find(db, target.machine.id, *number)?;
                if target.version.is_none() {
                    return Ok(None);
                }
            }
            Some(Qualifier::Alias(name)) => {
                target.alias = Alias::find(db, target.machine.id, name)?;
                if target.alias.is_none() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(target))
    }
}
