//! What can be asked of the map runs of an execution, and told to one that is under way.

use amends_types::Timestamp;

use crate::driver::command::{Command, Key};
use crate::driver::engine::Engine;
use crate::driver::replay::fold_tape;
use crate::driver::{QueryError, StopError};
use crate::history::{HistoryEvent, MapRun, MapRuns, Recording};
use crate::interp::{Input, MapRunUpdate, could_be_of};
use crate::journal::ListFilter;

/// How many executions are looked at together.
const PAGE: usize = 1_000;

impl Engine {
    /// The map runs of an execution and of its children, in the order in which they began; `None` if there is no such
    /// execution.
    ///
    /// # Errors
    /// When the archive or the execution's definition cannot be read.
    pub async fn map_runs(&self, machine: &str, execution: &str) -> Result<Option<Vec<MapRun>>, QueryError> {
        let Some((machine, tape)) = self.taped(machine, execution).await? else { return Ok(None) };
        let mut runs = MapRuns::default();
        fold_tape(&machine, execution, tape, &mut runs)?;
        Ok(Some(runs.into_list()))
    }

    /// The history of a child execution of one of an execution's map runs; `None` if there is no such execution.
    ///
    /// # Errors
    /// As [`Engine::map_runs`].
    pub async fn child_history(
        &self,
        machine: &str,
        execution: &str,
        child_arn: &str,
    ) -> Result<Option<Vec<HistoryEvent>>, QueryError> {
        let Some((machine, tape)) = self.taped(machine, execution).await? else { return Ok(None) };
        let mut recording = Recording::of_child(child_arn);
        fold_tape(&machine, execution, tape, &mut recording)?;
        Ok(Some(recording.events))
    }

    /// The executions that a map run, or a child execution, with this id can have come from, the newest first; most
    /// often it is one. The id is the last part of an ARN.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub async fn origins(&self, machine: &str, id: &str) -> Result<Vec<String>, QueryError> {
        let prefix =
            format!("arn:aws:states:{}:{}:execution:{machine}:", self.inner.region, self.inner.account);
        let (mut origins, mut before) = (Vec::new(), None);
        loop {
            let filter = ListFilter { machine: Some(machine.to_owned()), status: None, before, limit: PAGE };
            let page = self.list(filter).await?;
            let could_be = |name: &str| could_be_of(id, &format!("{prefix}{name}"));
            origins.extend(page.iter().map(|line| line.name.to_string()).filter(|name| could_be(name)));
            before = page.last().map(|line| line.number);
            if page.len() < PAGE {
                return Ok(origins);
            }
        }
    }

    /// Changes the limits of a map run that is under way; answered once that is durable. Nothing changes if it is not.
    ///
    /// # Errors
    /// When the execution is not open.
    pub async fn update_map_run(
        &self,
        machine: &str,
        execution: &str,
        map_run_arn: &str,
        update: MapRunUpdate,
    ) -> Result<Timestamp, StopError> {
        let (key, arn) = (Key::new(machine, execution), map_run_arn.to_owned());
        let input = Input::MapRunUpdated { arn, update };
        let answer = self.ask(|reply| Command::Happen { key, input, reply }).await;
        answer.ok_or(StopError::Closed)?
    }

    /// Stops a child execution of a map run; answered once that is durable. Nothing changes if it has ended.
    ///
    /// # Errors
    /// When the execution is not open.
    pub async fn stop_child(
        &self,
        machine: &str,
        execution: &str,
        child_arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Timestamp, StopError> {
        let key = Key::new(machine, execution);
        let input = Input::ChildStopped { arn: child_arn.to_owned(), error, cause };
        let answer = self.ask(|reply| Command::Happen { key, input, reply }).await;
        answer.ok_or(StopError::Closed)?
    }
}
