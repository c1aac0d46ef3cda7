//! Executions: the one place where the engine is called.
//!
//! The engine knows one definition by a machine's name at a time. An execution of an older version is started by
//! registering its definition for that moment; starts of other definitions of the same engine wait meanwhile.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use amends_engine::driver::{
    Engine, ExecutionDescription, ExecutionSummary, QueryError, RegisterError, StartError, StopError,
};
use amends_engine::journal::{ListFilter, Status};
use amends_types::Timestamp;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard, RwLock};

use crate::api_error::{ApiError, ErrorCode};
use crate::registry::Revision;

/// How many starts of one name are kept apart at once.
const LOCKS: usize = 64;

/// The executions.
pub(crate) struct Runs {
    engine: Engine,
    /// The revision that the engine has of each machine.
    registered: RwLock<HashMap<String, i64>>,
    names: [Mutex<()>; LOCKS],
}

impl Runs {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, registered: RwLock::default(), names: std::array::from_fn(|_| Mutex::new(())) }
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
        let registered = self.registered.read().await;
        let started = if registered.get(machine) == Some(&revision.id) {
            self.engine.start(machine, name, input).await
        } else {
            drop(registered);
            let mut registered = self.registered.write().await;
            let definition = &revision.settings.definition;
            self.engine.register_machine(machine, definition).map_err(|error| refused(&error))?;
            registered.insert(machine.to_owned(), revision.id);
            let _registered = registered.downgrade();
            self.engine.start(machine, name, input).await
        };
        started.map(|answer| answer.started).map_err(|error| not_started(&error, arn))
    }

    /// Everything about an execution but its history.
    pub(crate) async fn describe(
        &self,
        machine: &str,
        name: &str,
    ) -> Result<Option<ExecutionDescription>, ApiError> {
        self.engine.describe(machine, name).await.map_err(|error| unanswered(&error))
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

    /// The events of an execution, as GetExecutionHistory shows them, with the role that it was started with.
    pub(crate) async fn history(
        &self,
        machine: &str,
        name: &str,
        role_arn: Option<&str>,
    ) -> Result<Option<Vec<Value>>, ApiError> {
        let events = self.engine.history(machine, name).await.map_err(|error| unanswered(&error))?;
        let Some(events) = events else { return Ok(None) };
        let shown = events.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        let mut shown = shown.map_err(ApiError::internal)?;
        // The engine's definitions have no role.
        let details = shown.first_mut().and_then(|first| first.get_mut("executionStartedEventDetails"));
        if let (Some(details), Some(role_arn)) = (details, role_arn) {
            details["roleArn"] = role_arn.into();
        }
        Ok(Some(shown))
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

fn unanswered(error: &QueryError) -> ApiError {
    match error {
        QueryError::Closed => closing(),
        other => ApiError::internal(other),
    }
}

fn closing() -> ApiError {
    ApiError::new(ErrorCode::ServiceUnavailable, "The engine is shutting down; ask again.")
}
