//! A finished execution as a row, and the checksums that it is stored with.

use amends_sqlite::rusqlite::{self, Connection, Row};
use amends_types::Timestamp;

use super::archive::Failed;
use super::tape_parts;
use crate::journal::encoding::{put_bytes, put_number};
use crate::journal::{ArchivedExecution, DefinitionId, Status};

/// A row as it was read, with what is yet to be compared.
pub(super) struct Stored {
    pub(super) execution: ArchivedExecution,
    /// The length of the whole tape, of which `execution` has what is in the row.
    pub(super) tape_bytes: u64,
    row_crc: Option<u32>,
    tape_crc: Option<u32>,
}

impl Stored {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let execution = ArchivedExecution {
            number: row.get::<_, i64>("number")?.cast_unsigned(),
            machine: row.get("machine_name")?,
            name: row.get("name")?,
            definition: DefinitionId(row.get("definition")?),
            status: status_of(row.get("status")?),
            started: Timestamp::from_micros(row.get("started")?),
            stopped: Timestamp::from_micros(row.get("stopped")?),
            output: row.get("output")?,
            error: row.get("error")?,
            cause: row.get("cause")?,
            redrives: row.get("redrives")?,
            redriven: row.get::<_, Option<i64>>("redriven")?.map(Timestamp::from_micros),
            tape: row.get("tape")?,
        };
        let tape_bytes: Option<i64> = row.get("tape_bytes")?;
        Ok(Self {
            tape_bytes: tape_bytes.map_or(execution.tape.len() as u64, i64::cast_unsigned),
            row_crc: row.get("row_crc")?,
            tape_crc: row.get("tape_crc")?,
            execution,
        })
    }

    /// The execution without its tape, if the row is what was stored.
    pub(super) fn without_tape(self) -> Result<ArchivedExecution, Failed> {
        let is_same = self.row_crc.is_none_or(|crc| crc == checksum(&self.execution, self.tape_bytes));
        if is_same { Ok(self.execution) } else { Err(changed(&self.execution)) }
    }

    /// The execution with its whole tape, if both are what was stored.
    pub(super) fn whole(mut self, db: &Connection) -> Result<ArchivedExecution, Failed> {
        tape_parts::read(db, self.execution.number, &mut self.execution.tape)?;
        let tape = &self.execution.tape;
        let is_same = tape.len() as u64 == self.tape_bytes
            && self.tape_crc.is_none_or(|crc| crc == crc32fast::hash(tape));
        if is_same { self.without_tape() } else { Err(changed(&self.execution)) }
    }
}

fn changed(execution: &ArchivedExecution) -> Failed {
    Failed::Changed { number: execution.number, name: execution.name.clone() }
}

/// Of everything but the tape itself.
fn checksum(row: &ArchivedExecution, tape_bytes: u64) -> u32 {
    let mut bytes = Vec::with_capacity(256);
    for number in [row.number, code_of(row.status).cast_unsigned(), row.redrives.into(), tape_bytes] {
        put_number(&mut bytes, number);
    }
    let redriven = row.redriven.map(Timestamp::as_micros);
    for time in [row.started.as_micros(), row.stopped.as_micros(), redriven.unwrap_or(-1)] {
        bytes.extend_from_slice(&time.to_le_bytes());
    }
    bytes.extend_from_slice(&row.definition.0);
    put_bytes(&mut bytes, row.machine.as_bytes());
    put_bytes(&mut bytes, row.name.as_bytes());
    for text in [&row.output, &row.error, &row.cause] {
        bytes.push(text.is_some().into());
        put_bytes(&mut bytes, text.as_deref().unwrap_or_default().as_bytes());
    }
    crc32fast::hash(&bytes)
}

/// Stores an execution, with a tape in parts if it is longer than `part_bytes`.
pub(super) fn insert(db: &Connection, row: &ArchivedExecution, part_bytes: usize) -> rusqlite::Result<()> {
    let is_short = row.tape.len() <= part_bytes;
    let tape_bytes = row.tape.len() as u64;
    db.prepare_cached("INSERT OR IGNORE INTO machine (name) VALUES (?1)")?.execute((&row.machine,))?;
    // What is replaced goes with the parts of its tape.
    let mut insert = db.prepare_cached(
        "INSERT OR REPLACE INTO execution
         (number, machine, name, definition, status, started, stopped, output, error, cause, redrives,
          redriven, tape, row_crc, tape_crc, tape_bytes)
         VALUES (?1, (SELECT id FROM machine WHERE name = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                 ?14, ?15, ?16)",
    )?;
    insert.execute(rusqlite::params![
        row.number.cast_signed(),
        row.machine,
        row.name,
        row.definition.0,
        code_of(row.status),
        row.started.as_micros(),
        row.stopped.as_micros(),
        row.output,
        row.error,
        row.cause,
        row.redrives,
        row.redriven.map(Timestamp::as_micros),
        if is_short { row.tape.as_slice() } else { &[] },
        checksum(row, tape_bytes),
        crc32fast::hash(&row.tape),
        tape_bytes.cast_signed(),
    ])?;
    if is_short { Ok(()) } else { tape_parts::write(db, row.number, &row.tape, part_bytes) }
}

pub(super) fn code_of(status: Status) -> i64 {
    match status {
        Status::Running => 0,
        Status::Succeeded => 1,
        Status::Failed => 2,
        Status::TimedOut => 3,
        Status::Aborted => 4,
    }
}

fn status_of(code: i64) -> Status {
    match code {
        1 => Status::Succeeded,
        3 => Status::TimedOut,
        4 => Status::Aborted,
        // The table holds finished executions only.
        _ => Status::Failed,
    }
}
