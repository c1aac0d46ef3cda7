//! With what an execution was started. How it goes is the engine's to know.
//!
//! The row is written before the engine is asked, so that an execution never runs without one. A row of an execution
//! that was not started in the end is replaced by the next start of that name.

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};

use crate::api_error::ApiError;

/// With what an execution was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StartedWith {
    /// In the order of starts.
    pub(crate) id: i64,
    pub(crate) machine: i64,
    pub(crate) machine_name: String,
    pub(crate) name: String,
    pub(crate) revision: i64,
    pub(crate) version: Option<u32>,
    pub(crate) alias: Option<String>,
    pub(crate) trace_header: Option<String>,
    /// The request of the task that started it, if a task did.
    pub(crate) request: Option<String>,
}

const COLUMNS: &str = "id, machine, machine_name, name, revision, version, alias, trace_header, request";

impl StartedWith {
    /// Writes it down, in the place of what there may be under this name.
    pub(crate) fn put(&self, db: &Connection) -> Result<(), ApiError> {
        let sql = "INSERT OR REPLACE INTO execution \
                   (machine, machine_name, name, revision, version, alias, trace_header, request) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        db.prepare_cached(sql)?.execute((
            self.machine,
            &self.machine_name,
            &self.name,
            self.revision,
            self.version,
            &self.alias,
            &self.trace_header,
            &self.request,
        ))?;
        Ok(())
    }

    /// With what the execution of this name was started.
    pub(crate) fn find(db: &Connection, machine: &str, name: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM execution WHERE machine_name = ?1 AND name = ?2");
        Ok(db.prepare_cached(&sql)?.query_row((machine, name), Self::read).optional()?)
    }

    /// With what a task's request started an execution.
    pub(crate) fn by_request(db: &Connection, request: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM execution WHERE request = ?1");
        Ok(db.prepare_cached(&sql)?.query_row((request,), Self::read).optional()?)
    }

    /// Executions of a version, the newest first, started before the one with that number.
    pub(crate) fn of_version(
        db: &Connection,
        machine: i64,
        version: u32,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Self>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM execution WHERE machine = ?1 AND version = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
        );
        let before = before.map_or(i64::MAX, u64::cast_signed);
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map((machine, version, before, limit), Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Executions that an alias started, the newest first, started before the one with that number.
    pub(crate) fn of_alias(
        db: &Connection,
        machine: i64,
        alias: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Self>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM execution WHERE machine = ?1 AND alias = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
        );
        let before = before.map_or(i64::MAX, u64::cast_signed);
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map((machine, alias, before, limit), Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets executions of which there is nothing else any more.
    pub(crate) fn forget(db: &Connection, names: &[(String, String)]) -> Result<(), ApiError> {
        let mut delete = db.prepare_cached("DELETE FROM execution WHERE machine_name = ?1 AND name = ?2")?;
        names.iter().try_for_each(|name| delete.execute((&name.0, &name.1)).map(drop))?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            machine: row.get(1)?,
            machine_name: row.get(2)?,
            name: row.get(3)?,
            revision: row.get(4)?,
            version: row.get(5)?,
            alias: row.get(6)?,
            trace_header: row.get(7)?,
            request: row.get(8)?,
        })
    }
}
