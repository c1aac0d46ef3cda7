//! After a restart: folding what the log says, and asking again for what is outstanding.

use std::collections::HashSet;
use std::sync::Arc;

use amends_types::Timestamp;

use crate::driver::EngineOpenError;
use crate::driver::command::Key;
use crate::driver::core::{Core, Finished};
use crate::driver::execution::Live;
use crate::driver::machine::{Machines, NoMachine};
use crate::history::NoHistory;
use crate::journal::{Archive, Job, JournalError, OpenExecution};

impl Core {
    /// Takes over the executions that the log has. Tasks that were under way are invoked again.
    pub(super) fn resume(
        &mut self,
        recovered: Vec<OpenExecution>,
        machines: &Machines,
        archive: &dyn Archive,
    ) -> Result<(), EngineOpenError> {
        let (mut closed, mut open): (Vec<_>, Vec<_>) = recovered.into_iter().partition(|each| each.closed);
        let in_archive = closed_in_archive(&closed, archive)?;
        closed.retain(|each| !in_archive.contains(&each.number));
        // In the order of starting, so that a resumed run is always the same.
        open.extend(closed);
        open.sort_unstable_by_key(|each| each.number);
        for each in open {
            self.resume_one(each, machines)?;
        }
        Ok(())
    }

    fn resume_one(&mut self, recovered: OpenExecution, machines: &Machines) -> Result<(), EngineOpenError> {
        let OpenExecution { number, definition, name, tape, oldest, .. } = recovered;
        let machine = machines.by_id(definition).map_err(open_error)?;
        let name: Arc<str> = name.into();
        let key = Key { machine: machine.name.clone(), name: name.clone() };
        let mut live = Live::new(number, machine, name, oldest);
        let last = fold(&mut live, &tape)?;
        live.tape = tape;
        self.now = self.now.max(last);
        self.names.insert(key, number);
        self.segments.hold(number, oldest);
        self.tape_bytes += live.tape.as_bytes().len() as u64;
        if live.execution.outcome().is_some() {
            self.archive_again(live, last);
            return Ok(());
        }
        let pending = live.execution.pending();
        self.open.insert(number, live);
        pending.into_iter().for_each(|action| self.act(number, action));
        Ok(())
    }

    /// It had ended, and was lost on its way to the archive.
    fn archive_again(&mut self, live: Live, stopped: Timestamp) {
        let Some(outcome) = live.execution.outcome().cloned() else { return };
        self.tape_bytes -= live.tape.as_bytes().len() as u64;
        let (number, oldest) = (live.number, live.oldest);
        let machine = live.machine.clone();
        let row = Arc::new(live.into_archived(&outcome, stopped));
        self.finished.insert(number, Finished { row: row.clone(), machine, oldest });
        self.archiver.submit(Job::Store(row));
    }
}

/// Folds the tape and answers the time of its last occurrence.
pub(super) fn fold(live: &mut Live, tape: &crate::journal::Tape) -> Result<Timestamp, JournalError> {
    let (mut last, mut actions) = (Timestamp::default(), Vec::new());
    for occurrence in tape.occurrences() {
        let unreadable =
            || JournalError::damaged(&live.name, 0, "the occurrences of this execution make no sense");
        let occurrence = occurrence.ok_or_else(unreadable)?;
        last = occurrence.at;
        live.execution.apply(occurrence, &mut NoHistory, &mut actions);
        actions.clear();
    }
    Ok(last)
}

fn closed_in_archive(
    closed: &[OpenExecution],
    archive: &dyn Archive,
) -> Result<HashSet<u64>, EngineOpenError> {
    let numbers: Vec<u64> = closed.iter().map(|each| each.number).collect();
    let archived = archive.tape_lengths(&numbers)?;
    // One that was redriven has a longer tape than the archive has seen.
    let is_archived = |each: &&OpenExecution| {
        archived.get(&each.number).is_some_and(|length| *length == each.tape.as_bytes().len() as u64)
    };
    Ok(closed.iter().filter(is_archived).map(|each| each.number).collect())
}

fn open_error(error: NoMachine) -> EngineOpenError {
    match error {
        NoMachine::Invalid { machine, source } => EngineOpenError::Definition { machine, source },
        NoMachine::Storage(source) => JournalError::io("definitions", source).into(),
        NoMachine::Journal(error) => error.into(),
    }
}
