//! Which orders of this file were counted, however many there are.
//!
//! The ids are kept in a private temporary database that spills to disk, so that a file of millions is counted in a
//! few megabytes of memory.

use amends_types::SagaId;
use rusqlite::Connection;

use crate::failure::Failure;

pub(super) struct Seen {
    ids: Connection,
}

impl Seen {
    pub(super) fn new() -> Result<Self, Failure> {
        // An empty name makes a temporary file that is deleted with the connection.
        let ids = Connection::open("").map_err(Failure::failed)?;
        ids.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = -4096;
             CREATE TABLE seen (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",
        )
        .map_err(Failure::failed)?;
        Ok(Self { ids })
    }

    /// Whether this order was not seen before.
    pub(super) fn is_new(&self, id: &SagaId) -> Result<bool, Failure> {
        let insert = self.ids.prepare_cached("INSERT OR IGNORE INTO seen (id) VALUES (?1)");
        let inserted = insert.and_then(|mut insert| insert.execute([id.as_str()]));
        inserted.map(|rows| rows == 1).map_err(Failure::failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once() {
        let seen = Seen::new().unwrap();
        let id = "o-1".parse().unwrap();
        assert!(seen.is_new(&id).unwrap());
        assert!(!seen.is_new(&id).unwrap());
    }
}
