//! Aliases: names that lead to one or two versions.

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};
use amends_types::Timestamp;

use super::Version;
use crate::api_error::{ApiError, ErrorCode};

/// The most aliases of a state machine, by AWS's quotas.
const MAX_ALIASES: u32 = 100;

/// An alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alias {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) routes: Vec<Route>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// A part of the executions that an alias starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) version: u32,
    /// In percent.
    pub(crate) weight: u32,
}

/// What CreateStateMachineAlias asks for.
#[derive(Debug, Clone)]
pub(crate) struct NewAlias {
    pub(crate) machine: i64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) routes: Vec<Route>,
    pub(crate) now: Timestamp,
}

const COLUMNS: &str = "id, name, description, created, updated";

impl NewAlias {
    /// Creates it, unless it is there just so; says when it was created.
    pub(crate) fn create(self, db: &Connection) -> Result<Timestamp, ApiError> {
        check_versions(db, self.machine, &self.routes)?;
        if let Some(there) = Alias::find(db, self.machine, &self.name)? {
            if there.description == self.description && there.routes == self.routes {
                return Ok(there.created);
            }
            let message = "Failed to create alias because an alias with the same name and a different routing \
                           configuration already exists.";
            return Err(ApiError::new(ErrorCode::ConflictException, message));
        }
        let count: u32 =
            db.query_row("SELECT count(*) FROM alias WHERE machine = ?1", (self.machine,), |row| row.get(0))?;
        if count >= MAX_ALIASES {
            let message = format!("A state machine has at most {MAX_ALIASES} aliases; delete some first.");
            return Err(ApiError::new(ErrorCode::ServiceQuotaExceededException, message));
        }
        let sql =
            "INSERT INTO alias (machine, name, description, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
        db.execute(sql, (self.machine, &self.name, &self.description, self.now.as_micros()))?;
        put_routes(db, db.last_insert_rowid(), &self.routes)?;
        Ok(self.now)
    }
}

impl Alias {
    /// The alias of a machine that has this name.
    pub(crate) fn find(db: &Connection, machine: i64, name: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("SELECT {COLUMNS} FROM alias WHERE machine = ?1 AND name = ?2");
        let found = db.prepare_cached(&sql)?.query_row((machine, name), Self::read).optional()?;
        found.map(|alias| alias.with_routes(db)).transpose()
    }

    /// Aliases of a machine in the order of their creation, after the one with that number; of one version, if one is
    /// given.
    pub(crate) fn list(
        db: &Connection,
        machine: i64,
        version: Option<u32>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Self>, ApiError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM alias WHERE machine = ?1 AND id > ?2 AND (?3 IS NULL OR EXISTS \
             (SELECT 1 FROM route WHERE route.alias = alias.id AND route.version = ?3)) ORDER BY id LIMIT ?4"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map((machine, after.cast_signed(), version, limit), Self::read)?;
        rows.map(|row| row?.with_routes(db)).collect()
    }

    /// The names of the aliases that lead to a version.
    pub(crate) fn leading_to(db: &Connection, machine: i64, version: u32) -> Result<Vec<String>, ApiError> {
        let list = Self::list(db, machine, Some(version), 0, MAX_ALIASES)?;
        Ok(list.into_iter().map(|alias| alias.name).collect())
    }

    /// Changes what is given.
    pub(crate) fn update(
        &self,
        db: &Connection,
        machine: i64,
        description: Option<String>,
        routes: Option<Vec<Route>>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if let Some(routes) = routes {
            check_versions(db, machine, &routes)?;
            db.execute("DELETE FROM route WHERE alias = ?1", (self.id,))?;
            put_routes(db, self.id, &routes)?;
        }
        let sql = "UPDATE alias SET description = coalesce(?2, description), updated = ?3 WHERE id = ?1";
        db.execute(sql, (self.id, description, now.as_micros()))?;
        Ok(())
    }

    /// Deletes it.
    pub(crate) fn delete(&self, db: &Connection) -> Result<(), ApiError> {
        db.execute("DELETE FROM route WHERE alias = ?1", (self.id,))?;
        db.execute("DELETE FROM alias WHERE id = ?1", (self.id,))?;
        Ok(())
    }

    /// The version that an execution gets, for a number that is drawn evenly from all there are.
    pub(crate) fn choose(&self, drawn: u64) -> Option<u32> {
        let drawn = u32::try_from(drawn % 100).ok()?;
        let mut sum = 0;
        let chosen = self.routes.iter().find(|route| {
            sum += route.weight;
            drawn < sum
        });
        chosen.or(self.routes.last()).map(|route| route.version)
    }

    fn with_routes(mut self, db: &Connection) -> Result<Self, ApiError> {
        let sql = "SELECT version, weight FROM route WHERE alias = ?1 ORDER BY position";
        let mut statement = db.prepare_cached(sql)?;
        let routes =
            statement.query_map((self.id,), |row| Ok(Route { version: row.get(0)?, weight: row.get(1)? }))?;
        self.routes = routes.collect::<Result<_, _>>()?;
        Ok(self)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            routes: Vec::new(),
            created: Timestamp::from_micros(row.get(3)?),
            updated: Timestamp::from_micros(row.get(4)?),
        })
    }
}

fn put_routes(db: &Connection, alias: i64, routes: &[Route]) -> Result<(), ApiError> {
    let mut statement =
        db.prepare_cached("INSERT INTO route (alias, position, version, weight) VALUES (?1, ?2, ?3, ?4)")?;
    for (position, route) in (0_u32..).zip(routes) {
        statement.execute((alias, position, route.version, route.weight))?;
    }
    Ok(())
}

fn check_versions(db: &Connection, machine: i64, routes: &[Route]) -> Result<(), ApiError> {
    for route in routes {
        if Version::find(db, machine, route.version)?.is_none() {
            return Err(ApiError::no_reference());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_are_shared_out_by_weight() {
        let now = Timestamp::from_micros(0);
        let routes = vec![Route { version: 1, weight: 70 }, Route { version: 2, weight: 30 }];
        let alias =
            Alias { id: 1, name: "a".to_owned(), description: None, routes, created: now, updated: now };
        let first = (0..100).filter(|drawn| alias.choose(*drawn) == Some(1)).count();
        assert_eq!(first, 70);
        assert_eq!(alias.choose(99), Some(2));
    }
}
