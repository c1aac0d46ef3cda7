//! The handle through which everybody uses the engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::driver::backlog::Forgotten;
use crate::driver::command::{Command, Key, Known, Start, Started, Taped};
use crate::driver::machine::{Machine, Machines, NoMachine};
use crate::driver::replay::{machine_of, replay_tape};
use crate::driver::{
    ExecutionDescription, ExecutionSummary, QueryError, RegisterError, StartAnswer, StartError, StopAnswer,
    StopError, name,
};
use crate::history::HistoryEvent;
use crate::interp::{Input, MAX_DATA_BYTES, is_deeper_than, is_longer_than};
use crate::journal::{
    Archive, ArchivedExecution, Definition, DefinitionId, JournalError, ListFilter, Storage, Tape,
};

/// The deepest nesting of an execution's input.
pub(super) const MAX_INPUT_DEPTH: usize = 100;

/// An engine. Clones are handles to the same.
///
/// When the last handle goes, the engine ends as if it had been killed, which loses nothing that was answered;
/// [`Engine::shutdown`] lets workers finish first.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) starts: mpsc::Sender<Start>,
    pub(super) storage: Arc<dyn Storage>,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) machines: Machines,
    pub(super) moves: Arc<AtomicU64>,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) watermark: u64,
    /// Kept as long as there is a handle: whoever waits for it is not answered.
    pub(super) _forgotten: Forgotten,
    /// Dropped with the last handle.
    pub(super) handle: Option<oneshot::Sender<()>>,
    /// `None` in a simulation.
    pub(super) thread: Mutex<Option<JoinHandle<()>>>,
}

impl From<Inner> for Engine {
    fn from(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }
}

impl Engine {
    /// The highest store commit that the journal has seen. A store whose last commit is older has lost some that
    /// executions went on from; it must not be used with this journal.
    pub fn recorded_watermark(&self) -> u64 {
        self.inner.watermark
    }

    /// Makes `definition` the one that executions of `machine` are started with from now on. Open executions keep
    /// theirs. To be called at every start of the process.
    ///
    /// # Errors
    /// When the name is not allowed, the definition is not valid, or it cannot be stored.
    pub fn register_machine(&self, machine: &str, definition: &str) -> Result<(), RegisterError> {
        let machine = self.store(machine, definition, None)?;
        self.inner.machines.register(&machine);
        Ok(())
    }

    /// Stores a definition, durably, without making it the one that executions of `machine` are started with. Its
    /// executions run with that role. The same definition has the same id.
    ///
    /// # Errors
    /// As [`Engine::register_machine`].
    pub fn store_definition(
        &self,
        machine: &str,
        definition: &str,
        role_arn: &str,
    ) -> Result<DefinitionId, RegisterError> {
        self.store(machine, definition, Some(role_arn)).map(|machine| machine.id())
    }

    fn store(
        &self,
        machine: &str,
        definition: &str,
        role_arn: Option<&str>,
    ) -> Result<Arc<Machine>, RegisterError> {
        if !name::is_allowed(machine) {
            return Err(RegisterError::Name(machine.to_owned()));
        }
        let definition = Definition {
            machine: machine.to_owned(),
            account: self.inner.account.clone(),
            region: self.inner.region.clone(),
            text: definition.to_owned(),
            role_arn: role_arn.map(str::to_owned),
        };
        self.inner.machines.store(definition).map_err(|error| match error {
            NoMachine::Invalid { machine, source } => RegisterError::Definition { machine, source },
            NoMachine::Storage(error) => error.into(),
            NoMachine::Journal(error) => std::io::Error::other(error).into(),
        })
    }

    /// Starts an execution; answered once that is durable.
    ///
    /// # Behaviour
    /// - An equal start is the same execution while it runs.
    /// - A name stays taken after the end and after a crash.
    ///
    /// # Errors
    /// [`StartError`]; the name is not taken by this start unless the error says that it may be.
    pub async fn start(
        &self,
        machine: &str,
        execution: &str,
        input: Value,
    ) -> Result<StartAnswer, StartError> {
        let Some(registered) = self.inner.machines.registered(machine) else {
            return Err(StartError::NoSuchMachine(machine.to_owned()));
        };
        self.start_of(&registered, execution, input).await
    }

    /// As [`Engine::start`], of a definition that was stored.
    ///
    /// # Errors
    /// [`StartError`]; the name is not taken by this start unless the error says that it may be.
    pub async fn start_definition(
        &self,
        definition: DefinitionId,
        execution: &str,
        input: Value,
    ) -> Result<StartAnswer, StartError> {
        let machine = self.inner.machines.by_id(definition);
        let machine = machine.map_err(|_| StartError::NoSuchMachine(definition.to_string()))?;
        self.start_of(&machine, execution, input).await
    }

    async fn start_of(
        &self,
        registered: &Arc<Machine>,
        execution: &str,
        input: Value,
    ) -> Result<StartAnswer, StartError> {
        if !name::is_allowed(execution) {
            return Err(StartError::Name(execution.to_owned()));
        }
        if is_deeper_than(MAX_INPUT_DEPTH, &input) || is_longer_than(MAX_DATA_BYTES, &input) {
            return Err(StartError::Input(execution.to_owned()));
        }
        let (mut input, execution): (_, Arc<str>) = (input, execution.into());
        loop {
            let as_of = self.inner.moves.load(Ordering::Acquire);
            if self.inner.archive.has(&registered.name, &execution)? {
                return Err(StartError::AlreadyExists(execution.to_string()));
            }
            let (reply, answer) = oneshot::channel();
            let (machine, name) = (registered.clone(), execution.clone());
            let start = Start { machine, name, input, as_of, reply };
            self.inner.starts.send(start).await.map_err(|_| StartError::Closed)?;
            match answer.await.map_err(|_| StartError::Closed)? {
                Started::Answer(answer) => return answer,
                Started::LookAgain(back) => input = back,
            }
        }
    }

    /// Stops an execution; answered once that is durable. Its tasks go on, and their answers are ignored.
    ///
    /// # Errors
    /// When no such execution is open.
    pub async fn stop(
        &self,
        machine: &str,
        execution: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<StopAnswer, StopError> {
        let key = Key::new(machine, execution);
        let input = Input::Stopped { error, cause };
        let answer = self.ask(|reply| Command::Happen { key, input, reply }).await;
        let stopped = answer.ok_or(StopError::Closed)??;
        Ok(StopAnswer { stopped })
    }

    /// Everything about an execution but its history; `None` if there is no such execution.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub async fn describe(
        &self,
        machine: &str,
        execution: &str,
    ) -> Result<Option<ExecutionDescription>, QueryError> {
        let key = Key::new(machine, execution);
        let known = self.ask(|reply| Command::Describe { key, reply }).await.ok_or(QueryError::Closed)?;
        let row = match known {
            Some(Known::Open(description)) => return Ok(Some(description)),
            Some(Known::Finished(row)) => row,
            None => match self.inner.archive.find(machine, execution)? {
                Some(row) => row.into(),
                None => return Ok(None),
            },
        };
        self.inner.describe_finished(&row).map(Some)
    }

    /// The history of an execution; `None` if there is no such execution.
    ///
    /// # Errors
    /// When the archive or the execution's definition cannot be read.
    pub async fn history(
        &self,
        machine: &str,
        execution: &str,
    ) -> Result<Option<Vec<HistoryEvent>>, QueryError> {
        let Some((machine, tape)) = self.taped(machine, execution).await? else { return Ok(None) };
        Ok(Some(replay_tape(&machine, execution, tape)?.events))
    }

    /// An execution's machine and all that has happened to it; `None` if there is no such execution.
    pub(super) async fn taped(&self, machine: &str, execution: &str) -> Result<Option<Taped>, QueryError> {
        let key = Key::new(machine, execution);
        let known = self.ask(|reply| Command::Tape { key, reply }).await.ok_or(QueryError::Closed)?;
        let row = match known {
            Some(Known::Open(taped)) => return Ok(Some(taped)),
            Some(Known::Finished(row)) => row,
            None => match self.inner.archive.find(machine, execution)? {
                Some(row) => row.into(),
                None => return Ok(None),
            },
        };
        Ok(Some((machine_of(&self.inner.machines, row.definition, execution)?, row.tape.clone())))
    }

    /// Waits until an execution has ended, durably, and describes it; `None` if there is no such execution.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub async fn wait_end(
        &self,
        machine: &str,
        execution: &str,
    ) -> Result<Option<ExecutionDescription>, QueryError> {
        let key = Key::new(machine, execution);
        self.ask(|reply| Command::WaitEnd { key, reply }).await.ok_or(QueryError::Closed)?;
        self.describe(machine, execution).await
    }

    /// A page of executions, open and finished, the newest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub async fn list(&self, filter: ListFilter) -> Result<Vec<ExecutionSummary>, QueryError> {
        let asked = filter.clone();
        let live =
            self.ask(|reply| Command::List { filter: asked, reply }).await.ok_or(QueryError::Closed)?;
        let mut list: Vec<_> = self.inner.archive.list(&filter)?.iter().map(ExecutionSummary::from).collect();
        // One that was redriven is in the archive as it was.
        let numbers: Vec<_> = list.iter().map(|line| line.number).collect();
        let open = self.ask(|reply| Command::WhichOpen { numbers, reply }).await.ok_or(QueryError::Closed)?;
        list.retain(|line| !open.contains(&line.number));
        // One may have moved between the two looks.
        list.extend(live);
        list.sort_by_key(|line| (std::cmp::Reverse(line.number), line.stopped.is_none()));
        list.dedup_by_key(|line| line.number);
        list.truncate(filter.limit);
        Ok(list)
    }

    /// How many executions are open.
    pub async fn open_count(&self) -> usize {
        self.ask(|reply| Command::CountOpen { reply }).await.unwrap_or(0)
    }

    /// Starts nothing more, waits for the workers that are busy (for a limited time) and for the archive, and gives
    /// the directory free. What is open goes on at the next start.
    pub async fn shutdown(&self) {
        // Nobody answers if it has ended already.
        let _ended: Option<()> = self.ask(|reply| Command::Shutdown { reply }).await;
    }

    pub(super) async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.inner.commands.send(command(reply)).await.ok()?;
        answer.await.ok()
    }
}

impl Inner {
    fn describe_finished(&self, row: &ArchivedExecution) -> Result<ExecutionDescription, QueryError> {
        let machine = machine_of(&self.machines, row.definition, &row.name)?;
        let first = Tape::from_bytes(row.tape.clone()).occurrences().next().flatten();
        let input = match first.map(|occurrence| occurrence.input) {
            Some(Input::Started { input }) => input,
            _ => return Err(JournalError::damaged(&row.name, 0, "this execution has no beginning").into()),
        };
        Ok(ExecutionDescription {
            execution_arn: machine.execution_arn(&row.name),
            machine: row.machine.clone(),
            name: row.name.clone(),
            status: row.status,
            started: row.started,
            stopped: Some(row.stopped),
            input,
            output: row.output.clone(),
            error: row.error.clone(),
            cause: row.cause.clone(),
            state: None,
            redrives: row.redrives,
            redriven: row.redriven,
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.handle.take());
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // The last handle may be dropped by what runs on the loop's thread; it does not wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            // A panic has been reported by the thread itself.
            drop(thread.join());
        }
    }
}
