//! What is in the file is answered as it was stored, or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use amends_sqlite::rusqlite::Connection;
use amends_types::Timestamp;

use super::SqliteArchive;
use crate::journal::{
    Archive, ArchiveError, ArchivedExecution, DefinitionId, DirectoryId, ListFilter, Status,
};

const DIRECTORY: DirectoryId = DirectoryId([7; 16]);

fn execution(number: u64, tape: usize) -> ArchivedExecution {
    let error = number.is_multiple_of(3).then(|| "Some.Error".to_owned());
    ArchivedExecution {
        number,
        machine: format!("machine-{}", number % 2),
        name: format!("execution-{number}"),
        definition: DefinitionId([3; 32]),
        status: if error.is_some() { Status::Failed } else { Status::Succeeded },
        started: Timestamp::from_micros(1_700_000_000_000_000),
        stopped: Timestamp::from_micros(1_700_000_000_000_000 + number.cast_signed()),
        output: error.is_none().then(|| format!("{{\"number\":{number}}}")),
        cause: error.clone(),
        error,
        redrives: 0,
        redriven: None,
        tape: (0..tape).map(|at| (at % 251) as u8).collect(),
    }
}

fn store(archive: &SqliteArchive, executions: impl Iterator<Item = ArchivedExecution>) {
    archive.store(executions.map(Arc::new).collect::<Vec<_>>().into()).unwrap();
}

fn find(archive: &SqliteArchive, number: u64) -> Result<Option<ArchivedExecution>, ArchiveError> {
    archive.find(&format!("machine-{}", number % 2), &format!("execution-{number}"))
}

fn all(archive: &SqliteArchive) -> Result<Vec<ArchivedExecution>, ArchiveError> {
    archive.list(&ListFilter { limit: 1_000, ..ListFilter::default() })
}

/// A file with these executions, and nothing beside it.
fn written(dir: &Path, executions: impl Iterator<Item = ArchivedExecution>) -> PathBuf {
    let path = dir.join("archive.db");
    store(&SqliteArchive::open(&path, DIRECTORY).unwrap(), executions);
    let db = Connection::open(&path).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).unwrap();
    path
}

fn change(path: &Path, sql: &str) {
    assert_eq!(Connection::open(path).unwrap().execute(sql, ()).unwrap(), 1, "{sql}");
}

#[test]
fn what_was_changed_in_the_file_is_never_answered() {
    let fields = [
        "machine = 3 - machine",
        "definition = randomblob(32)",
        "status = 3",
        "started = started + 1",
        "stopped = stopped - 1",
        "output = replace(output, '1', '2')",
        "output = NULL",
        "error = ''",
        "cause = 'x'",
        "redrives = 1",
        "redriven = 5",
        "tape = zeroblob(10)",
    ];
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), [execution(1, 10), execution(2, 10)].into_iter());
    let whole = fs::read(&path).unwrap();
    for field in fields {
        fs::write(&path, &whole).unwrap();
        change(&path, &format!("UPDATE execution SET {field} WHERE number = 1"));
        let archive = SqliteArchive::open(&path, DIRECTORY).unwrap();
        let machine = if field.starts_with("machine") { "machine-0" } else { "machine-1" };
        let error = archive.find(machine, "execution-1").expect_err(field).to_string();
        assert!(error.contains("archive.db") && error.contains("'execution-1' (number 1)"), "{error}");
        assert_eq!(all(&archive).is_err(), !field.starts_with("tape"), "{field}");
        assert_eq!(find(&archive, 2).unwrap(), Some(execution(2, 10)));
    }
}

#[test]
fn a_flipped_bit_is_an_error_or_changes_nothing_that_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), [execution(1, 100), execution(2, 100), execution(3, 100)].into_iter());
    let whole = fs::read(&path).unwrap();
    let needle = b"Some.Error";
    let row = whole.windows(needle.len()).position(|window| window == needle).unwrap();
    let (mut refused, expected) = (0, execution(3, 100));
    for at in row - 100..row + 120 {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&path, &damaged).unwrap();
        let answer = SqliteArchive::open(&path, DIRECTORY).and_then(|archive| find(&archive, 3));
        match answer {
            Ok(found) => assert_eq!(found, Some(expected.clone()), "byte {at}"),
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("archive.db"), "byte {at}: {error}");
            }
        }
    }
    assert!(refused > 150, "{refused}");
}

#[test]
fn what_was_stored_without_a_checksum_is_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), std::iter::once(execution(1, 10)));
    change(&path, "UPDATE execution SET row_crc = NULL, tape_crc = NULL, tape_bytes = NULL");
    let archive = SqliteArchive::open(&path, DIRECTORY).unwrap();
    assert_eq!(find(&archive, 1).unwrap(), Some(execution(1, 10)));
    assert_eq!((all(&archive).unwrap().len(), archive.tape_lengths(&[1]).unwrap()[&1]), (1, 10));
}

#[test]
fn a_tape_is_kept_in_parts_when_it_is_long() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("archive.db");
    let mut archive = SqliteArchive::open(&path, DIRECTORY).unwrap();
    archive.part_bytes = 100;
    let parts = || -> i64 {
        let db = Connection::open(&path).unwrap();
        db.query_row("SELECT count(*) FROM tape_part", (), |row| row.get(0)).unwrap()
    };
    let lengths = [0, 99, 100, 101, 200, 1_050];
    store(&archive, (1..).zip(lengths).map(|(number, length)| execution(number, length)));
    for (number, length) in (1..).zip(lengths) {
        assert_eq!(find(&archive, number).unwrap(), Some(execution(number, length)));
        assert_eq!(archive.tape_lengths(&[number]).unwrap()[&number], length as u64);
    }
    assert_eq!((all(&archive).unwrap().len(), parts()), (6, 15));
    // Redriven: the tape of the same execution is another one.
    store(&archive, std::iter::once(execution(6, 150)));
    assert_eq!((find(&archive, 6).unwrap(), parts()), (Some(execution(6, 150)), 6));
    archive.remove(vec![6, 4]).unwrap();
    assert_eq!(parts(), 2);
    change(&path, "DELETE FROM tape_part WHERE part = 1");
    assert!(find(&archive, 5).is_err());
}

#[test]
fn a_damaged_root_is_refused_at_the_start_and_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), (1..500).map(|number| execution(number, 100)));
    let whole = fs::read(&path).unwrap();
    let db = Connection::open(&path).unwrap();
    let mut roots = db.prepare("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").unwrap();
    let roots = roots.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for (name, root) in roots.collect::<Result<Vec<(String, u32)>, _>>().unwrap() {
        let damaged = dir.path().join(format!("{name}.archive.db"));
        let mut bytes = whole.clone();
        bytes[(root as usize - 1) * 4096] ^= 0x40;
        fs::write(&damaged, bytes).unwrap();
        let Err(error) = SqliteArchive::open(&damaged, DIRECTORY) else { panic!("{name} is damaged") };
        let error = error.to_string();
        let advice = "restore the whole data directory from a backup";
        assert!(error.contains("archive.db") && error.contains(advice), "{name}: {error}");
    }
}

#[test]
fn what_came_with_a_copy_is_not_asked_of_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), (1..6).map(|number| execution(number, 10)));
    let copy = dir.path().join("copy.db");
    SqliteArchive::copy_for(&path, &copy, DirectoryId([8; 16])).unwrap();
    let archive = SqliteArchive::open(&copy, DirectoryId([8; 16])).unwrap();
    assert_eq!((archive.highest().unwrap(), archive.highest_journalled().unwrap()), (5, 0));
    store(&archive, std::iter::once(execution(6, 10)));
    assert_eq!(archive.highest_journalled().unwrap(), 6);
    assert_eq!(SqliteArchive::open(&path, DIRECTORY).unwrap().highest_journalled().unwrap(), 5);
}
