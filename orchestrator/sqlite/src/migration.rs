//! The schema's history: forward only, and never rewritten.
//!
//! The file records the checksum of every migration that it has had. One that was edited later is refused: the
//! file would not have the schema that the text promises.

use std::path::Path;

use amends_types::Sha256Hex;
use rusqlite::{Connection, OptionalExtension};

use crate::OpenError;

/// One step of the schema's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// 1 for the first, then one more each.
    pub version: u32,
    /// What it does, for people.
    pub name: &'static str,
    /// One or more statements, run in one transaction.
    pub sql: &'static str,
}

const CREATE: &str = "
    CREATE TABLE IF NOT EXISTS amends_migration (
        version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS amends_commit (
        id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL
    ) STRICT;
    INSERT OR IGNORE INTO amends_commit (id, seq) VALUES (1, 0);";

/// Brings the file to the newest version.
pub(crate) fn migrate(db: &Connection, path: &Path, migrations: &[Migration]) -> Result<(), OpenError> {
    assert_numbered(migrations);
    let created = db.execute_batch(&format!("BEGIN IMMEDIATE; {CREATE} COMMIT;"));
    created.map_err(|source| OpenError::Sqlite { path: path.to_owned(), source })?;
    let applied = check(db, path, migrations)?;
    let lacking = migrations.iter().filter(|migration| migration.version > applied);
    let has_changed = lacking.clone().next().is_some();
    for migration in lacking {
        apply(db, migration).map_err(|source| OpenError::Migration {
            path: path.to_owned(),
            version: migration.version,
            name: migration.name,
            source,
        })?;
    }
    if has_changed {
        // Were it only in the log, a file whose log is damaged or lost would look like one that was never used.
        db.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()))
            .map_err(|source| OpenError::Sqlite { path: path.to_owned(), source })?;
    }
    Ok(())
}

/// Refuses a file whose version is not exactly the newest.
pub(crate) fn require(db: &Connection, path: &Path, migrations: &[Migration]) -> Result<(), OpenError> {
    assert_numbered(migrations);
    let found = check(db, path, migrations)?;
    let needed = newest(migrations);
    if found < needed {
        return Err(OpenError::Older { path: path.to_owned(), found, needed });
    }
    Ok(())
}

/// The file's version, after comparing what it has had with what this program has.
fn check(db: &Connection, path: &Path, migrations: &[Migration]) -> Result<u32, OpenError> {
    let failed = |source| OpenError::Sqlite { path: path.to_owned(), source };
    let found = applied_version(db).map_err(failed)?;
    let known = newest(migrations);
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    for migration in migrations.iter().filter(|migration| migration.version <= found) {
        if recorded_checksum(db, migration.version).map_err(failed)? != Some(checksum(migration)) {
            return Err(OpenError::ChangedMigration {
                path: path.to_owned(),
                version: migration.version,
                name: migration.name.to_owned(),
            });
        }
    }
    Ok(found)
}

fn apply(db: &Connection, migration: &Migration) -> rusqlite::Result<()> {
    let transaction = db.unchecked_transaction()?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO amends_migration (version, name, sha256) VALUES (?1, ?2, ?3)",
        (migration.version, migration.name, checksum(migration).as_str()),
    )?;
    transaction.commit()
}

fn applied_version(db: &Connection) -> rusqlite::Result<u32> {
    let exists = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'amends_migration'";
    if !db.prepare(exists)?.exists(())? {
        return Ok(0);
    }
    db.query_row("SELECT coalesce(max(version), 0) FROM amends_migration", (), |row| row.get(0))
}

fn recorded_checksum(db: &Connection, version: u32) -> rusqlite::Result<Option<Sha256Hex>> {
    db.query_row("SELECT sha256 FROM amends_migration WHERE version = ?1", (version,), |row| row.get(0))
        .optional()
        .map(|text| text.map(Sha256Hex::from_stored))
}

fn checksum(migration: &Migration) -> Sha256Hex {
    Sha256Hex::of(migration.sql.as_bytes())
}

fn newest(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |migration| migration.version)
}

fn assert_numbered(migrations: &[Migration]) {
    for (expected, migration) in (1..).zip(migrations) {
        assert_eq!(migration.version, expected, "migrations are numbered 1, 2, 3, … without gaps");
    }
}
