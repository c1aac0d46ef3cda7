//! A copy of the log and the archive of a directory in which an engine may be at work.
//!
//! The copy is the log of one moment, and an archive that fits it. Whatever the engine's workers have written
//! elsewhere must be copied after this: the log may lag behind it, and never the other way round.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::path::Path;

use crate::journal::segment::{self, Opened};
use crate::journal::{
    Definitions, DirectoryId, FileStorage, JournalError, SqliteArchive, Storage, definitions, make_dirs,
    recover,
};

/// How often a log is read that changes under the reader.
const TRIES: u32 = 20;

/// What a backup of an engine's files has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    /// Executions that go on when the backup is opened.
    pub open: usize,
}

/// Copies the log in `journal` and the archive `archive` into files of the same names in `into`, durably. Neither has
/// to be there.
///
/// # Errors
/// When the files cannot be read or are damaged, or the copies cannot be written; they are unusable then.
pub(crate) fn back_up(
    engine: (&Path, &Path),
    into: (&Path, &Path),
    directory: DirectoryId,
) -> Result<BackedUp, JournalError> {
    let (journal, archive) = engine;
    make_dir(into.0)?;
    let open = match journal.is_dir() {
        true => copy_log(&FileStorage::inspect(journal), into.0, directory)?,
        false => HashSet::new(),
    };
    // Later than the log: what has left the log by now is in the archive.
    if archive.is_file() {
        SqliteArchive::back_up(archive, into.1, directory, &open)?;
    }
    sync_dir(into.0)?;
    Ok(BackedUp { open: open.len() })
}

/// Answers which executions are open in the copy.
fn copy_log(from: &dyn Storage, into: &Path, directory: DirectoryId) -> Result<HashSet<u64>, JournalError> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        match try_copy(from, into, directory) {
            // What changed under the reader looks damaged, or is gone. Damage stays; that goes.
            Err(JournalError::Damaged { .. }) | Ok(None) if tries > 0 => {}
            Ok(None) => return Err(JournalError::io("directory", io::ErrorKind::ResourceBusy.into())),
            Ok(Some(open)) => return Ok(open),
            Err(error) => return Err(error),
        }
    }
}

/// `None` when a segment was removed meanwhile: what is still needed of it is in a later one.
fn try_copy(
    from: &dyn Storage,
    into: &Path,
    directory: DirectoryId,
) -> Result<Option<HashSet<u64>>, JournalError> {
    clear(into)?;
    let numbers = segments(from)?;
    for number in &numbers {
        let name = segment::file_name(*number);
        let bytes = match from.read(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|error| JournalError::io(&name, error))?,
        };
        // A file is longer than what is written of it, and its end may be half written.
        match segment::open(&bytes, *number, 0, directory)? {
            Opened::Segment(_, mut records) => {
                records.by_ref().for_each(drop);
                if records.is_damaged() {
                    let what = format!("record {} is broken and valid ones follow", records.next_number());
                    return Err(JournalError::damaged(&name, records.offset(), what));
                }
                write_file(&into.join(&name), &bytes[..records.offset()])?;
            }
            Opened::NeverBegun => {}
        }
    }
    if !segments(from)?.iter().take(numbers.len()).eq(numbers.iter()) {
        return Ok(None);
    }
    // Later than the segments: whatever they refer to was there before.
    copy_definitions_of(from, into)?;
    check(into, directory).map(Some)
}

/// Copies every definition from one log's directory to another's, which is made if need be.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn copy_definitions(journal: &Path, into: &Path) -> Result<(), JournalError> {
    make_dir(into)?;
    if journal.is_dir() {
        copy_definitions_of(&FileStorage::inspect(journal), into)?;
    }
    sync_dir(into)
}

fn copy_definitions_of(from: &dyn Storage, into: &Path) -> Result<(), JournalError> {
    let names = from.list().map_err(|error| JournalError::io("directory", error))?;
    for name in names.iter().filter(|name| definitions::is_definition(name)) {
        let content = from.read(name).map_err(|error| JournalError::io(name, error))?;
        write_file(&into.join(name), &content)?;
    }
    Ok(())
}

/// Reads the copy as an engine would, and answers which executions are open in it.
fn check(copy: &Path, directory: DirectoryId) -> Result<HashSet<u64>, JournalError> {
    let storage = std::sync::Arc::new(FileStorage::inspect(copy));
    let recovered = recover(storage.as_ref(), directory, false)?;
    let definitions = Definitions::new(storage);
    for execution in recovered.executions.values() {
        definitions.get(execution.definition)?;
    }
    let open = recovered.executions.values().filter(|execution| !execution.closed);
    Ok(open.map(|execution| execution.number).collect())
}

fn segments(from: &dyn Storage) -> Result<Vec<u64>, JournalError> {
    let names = from.list().map_err(|error| JournalError::io("directory", error))?;
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| segment::number_of(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes what an earlier try has left.
fn clear(into: &Path) -> Result<(), JournalError> {
    let failed = |error| JournalError::io(into.display(), error);
    for entry in fs::read_dir(into).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_str().is_some_and(|name| segment::number_of(name).is_some()) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

fn make_dir(path: &Path) -> Result<(), JournalError> {
    make_dirs(path, &DirBuilder::new()).map_err(|error| JournalError::io(path.display(), error))
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), JournalError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|error| JournalError::io(path.display(), error))
}

fn sync_dir(path: &Path) -> Result<(), JournalError> {
    let sync = || File::open(path)?.sync_all();
    sync().map_err(|error| JournalError::io(path.display(), error))
}
