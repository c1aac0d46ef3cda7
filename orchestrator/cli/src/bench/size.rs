//! What a data directory holds.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::failure::Failure;

/// The bytes of all files under `dir`.
pub(super) fn bytes(dir: &Path) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir(dir).map_err(Failure::failed)? {
        let entry = entry.map_err(Failure::failed)?;
        let metadata = entry.metadata().map_err(Failure::failed)?;
        sum += if metadata.is_dir() { bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}

/// The rows of all tables of the databases directly in `dir`.
pub(super) fn rows(dir: &Path) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir(dir).map_err(Failure::failed)? {
        let path = entry.map_err(Failure::failed)?.path();
        if path.extension().is_some_and(|extension| extension == "db") {
            sum += rows_of(&path).map_err(Failure::failed)?;
        }
    }
    Ok(sum)
}

fn rows_of(database: &Path) -> rusqlite::Result<u64> {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables: Vec<String> =
        db.prepare(names)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    tables.iter().try_fold(0, |sum, table| {
        let quoted = table.replace('"', "\"\"");
        let count: i64 = db.query_row(&format!("SELECT count(*) FROM \"{quoted}\""), [], |row| row.get(0))?;
        Ok(sum + count.unsigned_abs())
    })
}
