//! Executions: the one place where the engine is called.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex as StdMutex, PoisonError};

use amends_engine::driver::{
    ActivityTask, CallbackError, Engine, ExecutionDescription, ExecutionSummary, NotRedrivable, QueryError,
    RedriveError, RegisterError, StartError, StopError, TaskFailure,
};
use amends_engine::history::MapRun;
use amends_engine::interp::MapRunUpdate;
use amends_engine::journal::{DefinitionId, ListFilter, Status};
use amends_types::Timestamp;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use crate::api_error::{ApiError, ErrorCode};
use crate::registry::Revision;

/// How many starts of one name are kept apart at once.
const LOCKS: usize = 64;

/// How many revisions are remembered as stored. Storing one again is harmless, and costs a look at the disk.
const MOST_STORED: usize = 10_000;

/// The executions.
pub(crate) struct Runs {
    engine: Engine,
    /// Revisions that the engine has.
    stored: StdMutex<HashMap<i64, DefinitionId>>,
    names: [Mutex<()>; LOCKS],
}

impl Runs {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, stored: StdMutex::default(), names: std::array::from_fn(|_| Mutex::new(())) }
    }

    /// Keeps other starts of this name waiting as long as the guard lives.
    pub(crate) async fn lock(&self, machine: &str, name: &str) -> MutexGuard<'_, ()> {
        let mut hash = DefaultHasher::new();
        (machine, name).hash(&mut hash);
        let place = usize::try_from(hash.finish() % LOCKS as u64).unwrap_or(0);
        self.names[place].lock().await
    }

    /// Starts an execution of a revision of a Standard state machine; says when it started.
    pub(crate) async fn start(
        &self,
        machine: &str,
        revision: &Revision,
        name: &str,
        input: Value,
        arn: &str,
    ) -> Result<Timestamp, ApiError> {
        let definition = self.stored(machine, revision)?;
        let started = self.engine.start_definition(definition, name, input).await;
        started.map(|answer| answer.started).map_err(|error| not_started(&error, arn))
    }

    fn stored(&self, machine: &str, revision: &Revision) -> Result<DefinitionId, ApiError> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = stored.get(&revision.id) {
            return Ok(*id);
        }
        let settings = &revision.settings;
        let id = self.engine.store_definition(machine, &settings.definition, &settings.role_arn);
        let id = id.map_err(|error| refused(&error))?;
        if stored.len() >= MOST_STORED {
            stored.clear();
        }
        stored.insert(revision.id, id);
        Ok(id)
    }

    /// Everything about an execution but its history.
    pub(crate) async fn describe(
        &self,
        machine: &str,
        name: &str,
    ) -> Result<Option<ExecutionDescription>, ApiError> {
        self.engine.describe(machine, name).await.map_err(|error| unanswered(&error))
    }

    /// Waits until an execution has ended, and describes it.
    pub(crate) async fn wait_end(
        &self,
        machine: &str,
        name: &str,
    ) -> Result<Option<ExecutionDescription>, ApiError> {
        self.engine.wait_end(machine, name).await.map_err(|error| unanswered(&error))
    }

    /// Stops an execution; says when it stopped. `None` if it is not running.
    pub(crate) async fn stop(
        &self,
        machine: &str,
        name: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Option<Timestamp>, ApiError> {
        match self.engine.stop(machine, name, error, cause).await {
            Ok(answer) => Ok(Some(answer.stopped)),
            Err(StopError::NotRunning(_)) => Ok(None),
            Err(StopError::Closed) => Err(closing()),
        }
    }

    /// Lets an execution go on that has not ended well; says when it did. `None` if there is none.
    pub(crate) async fn redrive(&self, machine: &str, name: &str) -> Result<Option<Timestamp>, ApiError> {
        match self.engine.redrive(machine, name).await {
            Ok(redriven) => Ok(Some(redriven)),
            Err(RedriveError::NoSuchExecution(_)) => Ok(None),
            Err(RedriveError::NotRedrivable(why)) => {
                Err(ApiError::new(ErrorCode::ExecutionNotRedrivable, reason(why)))
            }
            Err(RedriveError::Query(error)) => Err(unanswered(&error)),
        }
    }

    /// Why an execution could not be redriven now, if it could not.
    pub(crate) async fn not_redrivable(
        &self,
        machine: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<String>, ApiError> {
        let answer = self.engine.is_redrivable(machine, name, now).await;
        let answer = answer.map_err(|error| unanswered(&error))?;
        Ok(answer.and_then(Result::err).map(reason))
    }

    /// The events of an execution, as GetExecutionHistory shows them.
    pub(crate) async fn history(&self, machine: &str, name: &str) -> Result<Option<Vec<Value>>, ApiError> {
        let events = self.engine.history(machine, name).await.map_err(|error| unanswered(&error))?;
        let Some(events) = events else { return Ok(None) };
        let shown = events.iter().map(serde_json::to_value).collect::<Result<_, _>>();
        shown.map(Some).map_err(ApiError::internal)
    }

    /// The events of a child execution of one of an execution's map runs.
    pub(crate) async fn child_history(
        &self,
        machine: &str,
        name: &str,
        child_arn: &str,
    ) -> Result<Option<Vec<Value>>, ApiError> {
        let events = self.engine.child_history(machine, name, child_arn).await;
        let Some(events) = events.map_err(|error| unanswered(&error))? else { return Ok(None) };
        let shown = events.iter().map(serde_json::to_value).collect::<Result<_, _>>();
        shown.map(Some).map_err(ApiError::internal)
    }

    /// The map runs of an execution and of its children.
    pub(crate) async fn map_runs(&self, machine: &str, name: &str) -> Result<Option<Vec<MapRun>>, ApiError> {
        self.engine.map_runs(machine, name).await.map_err(|error| unanswered(&error))
    }

    /// The executions that a map run or a child execution with this id can have come from.
    pub(crate) async fn origins(&self, machine: &str, id: &str) -> Result<Vec<String>, ApiError> {
        self.engine.origins(machine, id).await.map_err(|error| unanswered(&error))
    }

    /// Stops a child execution; says when. `None` if its execution is not open.
    pub(crate) async fn stop_child(
        &self,
        (machine, name): (&str, &str),
        child_arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Option<Timestamp>, ApiError> {
        match self.engine.stop_child(machine, name, child_arn, error, cause).await {
            Ok(stopped) => Ok(Some(stopped)),
            Err(StopError::NotRunning(_)) => Ok(None),
            Err(StopError::Closed) => Err(closing()),
        }
    }

    /// Changes the limits of a map run; answers whether its execution is open.
    pub(crate) async fn update_map_run(
        &self,
        machine: &str,
        name: &str,
        arn: &str,
        update: MapRunUpdate,
    ) -> Result<bool, ApiError> {
        match self.engine.update_map_run(machine, name, arn, update).await {
            Ok(_) => Ok(true),
            Err(StopError::NotRunning(_)) => Ok(false),
            Err(StopError::Closed) => Err(closing()),
        }
    }

    /// Executions of a machine, the newest first.
    pub(crate) async fn list(
        &self,
        machine: &str,
        status: Option<Status>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, ApiError> {
        let filter = ListFilter { machine: Some(machine.to_owned()), status, before, limit };
        self.engine.list(filter).await.map_err(|error| unanswered(&error))
    }

    /// Waits for a task of an activity.
    pub(crate) async fn poll(&self, arn: &str, worker: Option<String>) -> Result<ActivityTask, ApiError> {
        self.engine.poll_activity(arn, worker).await.ok_or_else(closing)
    }

    pub(crate) async fn task_succeeded(&self, token: &str, output: Value) -> Result<(), ApiError> {
        self.engine.task_succeeded(token, output).await.map_err(not_heard)
    }

    pub(crate) async fn task_failed(&self, token: &str, failure: TaskFailure) -> Result<(), ApiError> {
        self.engine.task_failed(token, failure).await.map_err(not_heard)
    }

    pub(crate) async fn task_heartbeat(&self, token: &str) -> Result<(), ApiError> {
        self.engine.task_heartbeat(token).await.map_err(not_heard)
    }
}

fn refused(error: &RegisterError) -> ApiError {
    match error {
        // It was checked when it was created. What AWS accepts and the engine does not, is told in its words.
        RegisterError::Definition { source, .. } => ApiError::new(
            ErrorCode::InvalidDefinition,
            format!("Invalid State Machine Definition: '{source}'"),
        ),
        RegisterError::Name(_) | RegisterError::Storage(_) => ApiError::internal(error),
    }
}

fn not_started(error: &StartError, arn: &str) -> ApiError {
    match error {
        StartError::Name(name) => ApiError::new(ErrorCode::InvalidName, format!("Invalid Name: '{name}'")),
        StartError::NoSuchMachine(_) | StartError::Archive(_) => ApiError::internal(error),
        StartError::AlreadyExists(_) => {
            ApiError::new(ErrorCode::ExecutionAlreadyExists, format!("Execution Already Exists: '{arn}'"))
        }
        StartError::Input(_) => ApiError::new(
            ErrorCode::InvalidExecutionInput,
            "Invalid State Machine Execution Input: 'Invalid execution input.'",
        ),
        StartError::LimitExceeded(open) => {
            ApiError::new(ErrorCode::ExecutionLimitExceeded, format!("Execution Limit Exceeded: '{open}'"))
        }
        StartError::StorageFull | StartError::Unknown => {
            ApiError::new(ErrorCode::ServiceUnavailable, error.to_string())
        }
        StartError::Closed => closing(),
    }
}

fn reason(why: NotRedrivable) -> String {
    match why {
        NotRedrivable::Running => "Execution is RUNNING and cannot be redriven".to_owned(),
        NotRedrivable::Succeeded => "Execution is SUCCEEDED and cannot be redriven".to_owned(),
        NotRedrivable::TooLate => "Execution redrivable period exceeded".to_owned(),
        NotRedrivable::TooOften => "Execution redrive limit exceeded".to_owned(),
        NotRedrivable::TooLarge => "Execution event history limit exceeded".to_owned(),
    }
}

fn not_heard(error: CallbackError) -> ApiError {
    match error {
        CallbackError::InvalidToken => {
            ApiError::new(ErrorCode::InvalidToken, "Invalid Token: 'Invalid token'")
        }
        CallbackError::TaskTimedOut => {
            ApiError::new(ErrorCode::TaskTimedOut, "Task Timed Out: 'Provided task does not exist anymore'")
        }
        CallbackError::InvalidOutput => ApiError::new(ErrorCode::InvalidOutput, error.to_string()),
        CallbackError::Closed => closing(),
    }
}

fn unanswered(error: &QueryError) -> ApiError {
    match error {
        QueryError::Closed => closing(),
        other => ApiError::internal(other),
    }
}

fn closing() -> ApiError {
    ApiError::new(ErrorCode::ServiceUnavailable, "The engine is shutting down; ask again.")
}
