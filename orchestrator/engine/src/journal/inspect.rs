//! Looking at executions from another process, while the engine runs or not.
//!
//! Nothing is locked and nothing is written. An execution may move from the log to the archive between two looks,
//! so whoever misses it in the one and then in the other looks into the first again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::interp::Occurrence;
use crate::journal::recovery::{Recovered, recover};
use crate::journal::{
    Archive, ArchivedExecution, Definition, Definitions, DirectoryId, JournalError, ListFilter, Status,
    Storage, Tape,
};

/// An execution as it was recorded.
#[derive(Debug, Clone)]
pub struct RecordedExecution {
    /// Its number in the order of starting.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// The definition it runs, with the state machine's name.
    pub definition: Arc<Definition>,
    /// Everything that has happened to it.
    pub occurrences: Vec<Occurrence>,
}

/// The executions of a directory, to be looked at.
pub struct Inspection {
    storage: Arc<dyn Storage>,
    archive: Option<Arc<dyn Archive>>,
    directory: DirectoryId,
}

impl Inspection {
    /// Looks at these files. There is no archive before the first engine has run.
    pub fn new(storage: Arc<dyn Storage>, archive: Option<Arc<dyn Archive>>, directory: DirectoryId) -> Self {
        Self { storage, archive, directory }
    }

    /// The execution of this name, with all that has happened to it.
    ///
    /// # Errors
    /// When the files cannot be read, or are damaged.
    pub fn find(&self, machine: &str, name: &str) -> Result<Option<RecordedExecution>, JournalError> {
        let archived = self.find_archived(machine, name)?;
        // One that did not end well may have been redriven since.
        if let Some((found, Status::Succeeded)) = archived {
            return Ok(Some(found));
        }
        let open = self.open_executions()?.into_iter();
        match open.filter(|found| found.definition.machine == machine && found.name == name).last() {
            Some(found) => Ok(Some(found)),
            None => Ok(archived.or(self.find_archived(machine, name)?).map(|(found, _)| found)),
        }
    }

    /// All executions that the log still holds: the open ones, and those that are about to be archived.
    ///
    /// # Errors
    /// When the files cannot be read, or are damaged.
    pub fn open_executions(&self) -> Result<Vec<RecordedExecution>, JournalError> {
        let recovered = self.read_log()?;
        let definitions = Definitions::new(self.storage.clone());
        let (mut found, mut known) = (Vec::new(), HashMap::new());
        for execution in recovered.executions.into_values() {
            let definition = match known.entry(execution.definition) {
                Entry::Occupied(known) => Arc::clone(known.get()),
                Entry::Vacant(unknown) => unknown.insert(definitions.get(execution.definition)?).clone(),
            };
            found.push(record(execution.number, execution.name, definition, &execution.tape)?);
        }
        found.sort_unstable_by_key(|execution| execution.number);
        Ok(found)
    }

    /// A page of finished executions, the newest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn finished(&self, filter: &ListFilter) -> Result<Vec<ArchivedExecution>, JournalError> {
        match &self.archive {
            Some(archive) => Ok(archive.list(filter)?),
            None => Ok(Vec::new()),
        }
    }

    /// A file that grows while it is read may look damaged: an early part is read before a record gets there, and a
    /// late part after the next one did. Damage stays; that goes.
    fn read_log(&self) -> Result<Recovered, JournalError> {
        let mut tries = 3;
        loop {
            tries -= 1;
            match recover(self.storage.as_ref(), self.directory, true) {
                Err(JournalError::Damaged { .. }) if tries > 0 => {}
                other => return other,
            }
        }
    }

    fn find_archived(
        &self,
        machine: &str,
        name: &str,
    ) -> Result<Option<(RecordedExecution, Status)>, JournalError> {
        let Some(archive) = &self.archive else {
            return Ok(None);
        };
        let Some(row) = archive.find(machine, name)? else {
            return Ok(None);
        };
        let definition = Definitions::new(self.storage.clone()).get(row.definition)?;
        let found = record(row.number, row.name, definition, &Tape::from_bytes(row.tape))?;
        Ok(Some((found, row.status)))
    }
}

fn record(
    number: u64,
    name: String,
    definition: Arc<Definition>,
    tape: &Tape,
) -> Result<RecordedExecution, JournalError> {
    let occurrences = tape.occurrences().collect::<Option<Vec<_>>>();
    let unreadable = || JournalError::damaged(&name, 0, "the occurrences of this execution make no sense");
    Ok(RecordedExecution { number, occurrences: occurrences.ok_or_else(unreadable)?, name, definition })
}
