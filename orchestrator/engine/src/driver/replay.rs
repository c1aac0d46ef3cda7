//! Folding a recorded execution again: its history, and where it stands.

use std::sync::Arc;

use crate::driver::QueryError;
use crate::driver::machine::{Machine, Machines, NoMachine};
use crate::history::{HistoryEvent, HistorySink, Recording};
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
    let mut recording = Recording::default();
    let execution = fold(&machine, &recorded.name, recorded.occurrences.iter().cloned(), &mut recording);
    Ok(Replayed { execution, events: recording.events })
}

pub(super) fn replay_tape(machine: &Machine, name: &str, tape: Vec<u8>) -> Result<Replayed, QueryError> {
    let mut recording = Recording::default();
    let execution = fold_tape(machine, name, tape, &mut recording)?;
    Ok(Replayed { execution, events: recording.events })
}

/// Folds a tape into a sink.
pub(super) fn fold_tape(
    machine: &Machine,
    name: &str,
    tape: Vec<u8>,
    sink: &mut dyn HistorySink,
) -> Result<Execution, QueryError> {
    let occurrences = Tape::from_bytes(tape).occurrences().collect::<Option<Vec<_>>>();
    let unreadable = || JournalError::damaged(name, 0, "the occurrences of this execution make no sense");
    Ok(fold(machine, name, occurrences.ok_or_else(unreadable)?.into_iter(), sink))
}

fn fold(
    machine: &Machine,
    name: &str,
    occurrences: impl Iterator<Item = Occurrence>,
    sink: &mut dyn HistorySink,
) -> Execution {
    let name: Arc<str> = name.into();
    let mut execution = Execution::new(machine.asl.clone(), machine.identity(&name));
    let mut actions = Vec::new();
    for occurrence in occurrences {
        execution.apply(occurrence, sink, &mut actions);
        actions.clear();
    }
    execution
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
