//! Folding a recorded execution again: its history, and where it stands.

use std::sync::Arc;

use crate::driver::QueryError;
use crate::driver::machine::{Machine, Machines, NoMachine};
use crate::history::{HistoryEvent, Recording};
use crate::interp::{Execution, Occurrence};
use crate::journal::{JournalError, RecordedExecution, Tape};

/// A recorded execution, folded again.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Where it stands.
    pub execution: Execution,
    /// Its history.
    pub events: Vec<HistoryEvent>,
}

/// Folds a recorded execution again, such as one that [`Inspection`](crate::journal::Inspection) found.
///
/// # Errors
/// When its definition is not understood any more.
pub fn replay(recorded: &RecordedExecution) -> Result<Replayed, QueryError> {
    let machine = Machine::of(&recorded.definition).map_err(|error| no_machine(error, &recorded.name))?;
    Ok(fold(&machine, &recorded.name, recorded.occurrences.iter().cloned()))
}

pub(super) fn replay_tape(machine: &Machine, name: &str, tape: Vec<u8>) -> Result<Replayed, QueryError> {
    let occurrences = Tape::from_bytes(tape).occurrences().collect::<Option<Vec<_>>>();
    let unreadable = || JournalError::damaged(name, 0, "the occurrences of this execution make no sense");
    Ok(fold(machine, name, occurrences.ok_or_else(unreadable)?.into_iter()))
}

fn fold(machine: &Machine, name: &str, occurrences: impl Iterator<Item = Occurrence>) -> Replayed {
    let name: Arc<str> = name.into();
    let mut execution = Execution::new(machine.asl.clone(), machine.identity(&name));
    let (mut recording, mut actions) = (Recording::default(), Vec::new());
    for occurrence in occurrences {
        execution.apply(occurrence, &mut recording, &mut actions);
        actions.clear();
    }
    Replayed { execution, events: recording.events }
}

/// Why an execution's machine is not there.
pub(super) fn no_machine(error: NoMachine, name: &str) -> QueryError {
    match error {
        NoMachine::Invalid { source, .. } => QueryError::Definition { name: name.to_owned(), source },
        NoMachine::Storage(error) => QueryError::Journal(JournalError::io("definitions", error)),
        NoMachine::Journal(error) => QueryError::Journal(error),
    }
}

pub(super) fn machine_of(
    machines: &Machines,
    id: crate::journal::DefinitionId,
    name: &str,
) -> Result<Arc<Machine>, QueryError> {
    machines.by_id(id).map_err(|error| no_machine(error, name))
}
