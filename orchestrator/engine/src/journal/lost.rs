//! Whether the archive proves that the journal has lost its end.
//!
//! **Invariant:** the archive holds nothing that the journal did not hold durably before: an execution is handed to the
//! archiver once its end is synced, or was read, and synced, at a start. A segment is removed only after a later one
//! says which number comes next ([`Entry::Numbered`](crate::journal::Entry::Numbered)). So a whole journal knows of
//! every number in the archive, and has at least as long a tape of whatever it says is open.
//!
//! A cut of which the archive has nothing cannot be told from a record that was never written wholly.

use crate::journal::recovery::{OpenExecution, Recovered};
use crate::journal::{Archive, JournalError, segment};

/// Refuses a journal of which the archive has a later state.
pub(crate) fn check_complete(journal: &Recovered, archive: &dyn Archive) -> Result<(), JournalError> {
    let (next, highest) = (journal.next_execution, archive.highest_journalled()?);
    if highest >= next {
        let last = match journal.segments.keys().next_back() {
            Some(last) => format!("ends in {}", segment::file_name(*last)),
            None => "has no file".to_owned(),
        };
        let what = format!("the executions from number {next} to {highest} (it {last})");
        return Err(JournalError::Lost { what });
    }
    let open: Vec<&OpenExecution> = journal.executions.values().filter(|each| !each.closed).collect();
    let numbers: Vec<u64> = open.iter().map(|each| each.number).collect();
    let archived = archive.tape_lengths(&numbers)?;
    // One that was redriven goes on from the tape that the archive has.
    let is_behind = |each: &&&OpenExecution| {
        archived.get(&each.number).is_some_and(|length| *length > each.tape.as_bytes().len() as u64)
    };
    match open.iter().filter(is_behind).min_by_key(|each| each.number) {
        Some(behind) => {
            let what = format!("the end of the execution '{}' (number {})", behind.name, behind.number);
            Err(JournalError::Lost { what })
        }
        None => Ok(()),
    }
}
