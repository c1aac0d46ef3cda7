//! Tapes that are too long for one column, in parts.
//!
//! SQLite holds no value, and no row, of more than 1,000,000,000 bytes; a tape of many large results is longer.

use amends_sqlite::rusqlite::{self, Connection};

/// The longest tape that is kept in its row, and the length of a part of a longer one.
pub(super) const PART_BYTES: usize = 16 * 1024 * 1024;

pub(super) fn write(db: &Connection, number: u64, tape: &[u8], part_bytes: usize) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO tape_part (number, part, bytes) VALUES (?1, ?2, ?3)")?;
    for (part, bytes) in (0_i64..).zip(tape.chunks(part_bytes)) {
        insert.execute((number.cast_signed(), part, bytes))?;
    }
    Ok(())
}

/// Appends the parts of the execution's tape, if it has any.
pub(super) fn read(db: &Connection, number: u64, tape: &mut Vec<u8>) -> rusqlite::Result<()> {
    let mut parts = db.prepare_cached("SELECT bytes FROM tape_part WHERE number = ?1 ORDER BY part")?;
    let mut rows = parts.query((number.cast_signed(),))?;
    while let Some(row) = rows.next()? {
        tape.extend_from_slice(row.get_ref(0)?.as_blob()?);
    }
    Ok(())
}
