//! Redriving an execution: it comes back from the archive, and goes on.
//!
//! The archive keeps its row until the execution ends again, and then replaces it. Until then the log has the whole
//! tape, and whoever asks for the execution is told what the log says.

use std::sync::Arc;
use std::time::Duration;

use amends_types::Timestamp;
use tokio::sync::oneshot;

use crate::driver::command::{Command, Key, Known};
use crate::driver::core::{Core, MAX_CARRIED};
use crate::driver::engine::Engine;
use crate::driver::execution::Live;
use crate::driver::machine::Machine;
use crate::driver::replay::{machine_of, replay_tape};
use crate::driver::resume::fold;
use crate::driver::{NotRedrivable, QueryError, RedriveError};
use crate::interp::Input;
use crate::journal::{ArchivedExecution, Entry, Status, Tape};

/// For how long after its end an execution may be redriven (API reference of RedriveExecution).
const REDRIVABLE_FOR: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// How often an execution may be redriven (Step Functions developer guide).
const MAX_REDRIVES: u32 = 1_000;

/// What the loop is to let go on.
#[derive(Debug)]
pub(super) struct Reopen {
    pub(super) row: Arc<ArchivedExecution>,
    pub(super) machine: Arc<Machine>,
    pub(super) reply: oneshot::Sender<Result<Timestamp, RedriveError>>,
}

impl Engine {
    /// Lets an execution go on that has not ended well, from where it stopped; answered with the time of that, once it
    /// is durable.
    ///
    /// # Errors
    /// [`RedriveError`]; then nothing has changed.
    pub async fn redrive(&self, machine: &str, execution: &str) -> Result<Timestamp, RedriveError> {
        let row = self.ended(machine, execution).await?;
        let definition = machine_of(&self.inner.machines, row.definition, execution)?;
        let answer = self.ask(|reply| Command::Reopen(Reopen { row, machine: definition, reply })).await;
        answer.ok_or(QueryError::Closed)?
    }

    /// Whether [`Engine::redrive`] would let it go on, and why not; `None` if there is no such execution.
    ///
    /// # Errors
    /// When the archive or the execution's definition cannot be read.
    pub async fn is_redrivable(
        &self,
        machine: &str,
        execution: &str,
        now: Timestamp,
    ) -> Result<Option<Result<(), NotRedrivable>>, QueryError> {
        let row = match self.ended(machine, execution).await {
            Ok(row) => row,
            Err(RedriveError::NotRedrivable(why)) => return Ok(Some(Err(why))),
            Err(RedriveError::NoSuchExecution(_)) => return Ok(None),
            Err(RedriveError::Query(error)) => return Err(error),
        };
        if let Err(why) = check(&row, now) {
            return Ok(Some(Err(why)));
        }
        let machine = machine_of(&self.inner.machines, row.definition, execution)?;
        let replayed = replay_tape(&machine, execution, row.tape.clone())?;
        Ok(Some(check_stand(&replayed.execution)))
    }

    async fn ended(&self, machine: &str, execution: &str) -> Result<Arc<ArchivedExecution>, RedriveError> {
        let key = Key::new(machine, execution);
        let known = self.ask(|reply| Command::Ended { key, reply }).await.ok_or(QueryError::Closed)?;
        match known {
            Some(Known::Open(())) => Err(RedriveError::NotRedrivable(NotRedrivable::Running)),
            Some(Known::Finished(row)) => Ok(row),
            None => match self.inner.archive.find(machine, execution).map_err(QueryError::from)? {
                Some(row) => Ok(row.into()),
                None => Err(RedriveError::NoSuchExecution(execution.to_owned())),
            },
        }
    }
}

fn check(row: &ArchivedExecution, now: Timestamp) -> Result<(), NotRedrivable> {
    if row.status == Status::Succeeded {
        return Err(NotRedrivable::Succeeded);
    }
    if now.since(row.stopped) > REDRIVABLE_FOR {
        return Err(NotRedrivable::TooLate);
    }
    if row.tape.len() > MAX_CARRIED {
        return Err(NotRedrivable::TooLarge);
    }
    Ok(())
}

fn check_stand(execution: &crate::interp::Execution) -> Result<(), NotRedrivable> {
    if execution.redrive_count() >= MAX_REDRIVES {
        return Err(NotRedrivable::TooOften);
    }
    if !execution.is_redrivable() {
        return Err(NotRedrivable::TooLarge);
    }
    Ok(())
}

impl Core {
    /// Takes an execution back from the archive, and lets it go on.
    pub(super) fn reopen(&mut self, reopen: Reopen) {
        let Reopen { row, machine, reply } = reopen;
        match self.try_reopen(&row, machine) {
            Ok(()) => self.answer(reply, Ok(self.now)),
            Err(why) => self.answer(reply, Err(why)),
        }
    }

    fn try_reopen(&mut self, row: &ArchivedExecution, machine: Arc<Machine>) -> Result<(), RedriveError> {
        let refuse = |why| Err(RedriveError::NotRedrivable(why));
        let key = Key::new(&row.machine, &row.name);
        // Redriven by somebody else since it was looked up.
        if self.names.get(&key).is_some_and(|number| self.open.contains_key(number)) {
            return refuse(NotRedrivable::Running);
        }
        if let Err(why) = check(row, self.now) {
            return refuse(why);
        }
        let (number, current) = (row.number, self.segments.current());
        let mut live = Live::new(number, machine, row.name.as_str().into(), current);
        live.tape = Tape::from_bytes(row.tape.clone());
        let tape = live.tape.clone();
        fold(&mut live, &tape).map_err(QueryError::from)?;
        if let Err(why) = check_stand(&live.execution) {
            return refuse(why);
        }
        // It may be on its way to the archive still; it comes there again.
        if let Some(finished) = self.finished.remove(&number) {
            self.segments.let_go(number, finished.oldest);
        }
        let (definition, name) = (live.machine.id(), live.name.clone());
        Entry::Carried { execution: number, definition, name: &name, tape: tape.as_bytes() }
            .put(&mut self.chunk);
        self.segments.hold(number, current);
        self.tape_bytes += tape.as_bytes().len() as u64;
        self.names.insert(key, number);
        self.open.insert(number, live);
        self.happen(number, Input::Redriven);
        Ok(())
    }
}
