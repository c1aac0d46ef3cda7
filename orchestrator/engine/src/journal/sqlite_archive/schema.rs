//! The tables of the archive, and a look at both ends of each.

use amends_sqlite::Migration;
use amends_sqlite::rusqlite::{self, Connection, OptionalExtension};

pub(super) static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "finished executions",
        sql: "
        CREATE TABLE directory (id BLOB NOT NULL) STRICT;
        CREATE TABLE machine (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE execution (
            number INTEGER PRIMARY KEY,
            machine INTEGER NOT NULL REFERENCES machine (id),
            name TEXT NOT NULL,
            definition BLOB NOT NULL,
            status INTEGER NOT NULL,
            started INTEGER NOT NULL,
            stopped INTEGER NOT NULL,
            output TEXT,
            error TEXT,
            cause TEXT,
            tape BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX execution_name ON execution (name, machine);
        -- Failures are few and looked for; successes are many and listed by number.
        CREATE INDEX execution_failed ON execution (status, number) WHERE status <> 1;",
    },
    Migration {
        version: 2,
        name: "redrives",
        sql: "
        ALTER TABLE execution ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE execution ADD COLUMN redriven INTEGER;",
    },
    Migration {
        version: 3,
        name: "retention",
        sql: "CREATE INDEX execution_stopped ON execution (stopped);",
    },
    Migration {
        version: 4,
        name: "what the journal must know",
        // Executions up to this number came with a copy, or when the journal did not keep its numbers yet.
        sql: "
        ALTER TABLE directory ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
        UPDATE directory SET copied = (SELECT coalesce(max(number), 0) FROM execution);",
    },
    Migration {
        version: 5,
        name: "checksums and long tapes",
        // Without checksums: stored by an earlier program. A long tape is in parts, and its column empty.
        sql: "
        ALTER TABLE execution ADD COLUMN row_crc INTEGER;
        ALTER TABLE execution ADD COLUMN tape_crc INTEGER;
        ALTER TABLE execution ADD COLUMN tape_bytes INTEGER;
        CREATE TABLE tape_part (
            number INTEGER NOT NULL REFERENCES execution (number) ON DELETE CASCADE,
            part INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (number, part)
        ) STRICT;",
    },
];

/// A row from either end of every table and index: what is at a root, or on the way to an end, is met at the start.
const ENDS: &[&str] = &[
    "SELECT * FROM directory LIMIT 1",
    "SELECT number, stopped FROM execution ORDER BY number LIMIT 1",
    "SELECT number, stopped FROM execution ORDER BY number DESC LIMIT 1",
    "SELECT name FROM execution INDEXED BY execution_name ORDER BY name, machine LIMIT 1",
    "SELECT name FROM execution INDEXED BY execution_name ORDER BY name DESC, machine DESC LIMIT 1",
    "SELECT stopped FROM execution INDEXED BY execution_stopped ORDER BY stopped LIMIT 1",
    "SELECT stopped FROM execution INDEXED BY execution_stopped ORDER BY stopped DESC LIMIT 1",
    "SELECT status FROM execution INDEXED BY execution_failed WHERE status <> 1 ORDER BY status, number LIMIT 1",
    "SELECT status FROM execution INDEXED BY execution_failed WHERE status <> 1
     ORDER BY status DESC, number DESC LIMIT 1",
    "SELECT id FROM machine ORDER BY id LIMIT 1",
    "SELECT name FROM machine ORDER BY name LIMIT 1",
    "SELECT name FROM machine ORDER BY name DESC LIMIT 1",
    "SELECT part FROM tape_part ORDER BY rowid DESC LIMIT 1",
    "SELECT number FROM tape_part ORDER BY number, part LIMIT 1",
];

/// A file of up to this many pages, 8 MiB, is read wholly.
const FEW_PAGES: i64 = 2 * 1024;

/// Looks whether the trees of the file hold together: all of them in a small file, both ends of each in a large one.
pub(super) fn check(db: &Connection) -> rusqlite::Result<()> {
    let pages: i64 = db.query_row("PRAGMA page_count", (), |row| row.get(0))?;
    if pages <= FEW_PAGES {
        let found: String = db.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
        if found != "ok" {
            let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(corrupt, Some(found.replace('\n', " "))));
        }
    }
    ENDS.iter().try_for_each(|sql| db.query_row(sql, (), |_| Ok(())).optional().map(drop))
}
