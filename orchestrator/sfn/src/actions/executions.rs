//! StartExecution, StopExecution, DescribeExecution, DescribeStateMachineForExecution.

use amends_asl::jackson;
use amends_engine::driver::ExecutionDescription;
use amends_engine::journal::Status;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::definition::{INCLUDED, show_settings, updated};
use super::dispatch::{Answer, DATA, put, seconds};
use crate::api_error::{ApiError, ErrorCode};
use crate::arn::ExecutionArn;
use crate::name;
use crate::registry::{Machine, Revision, StartedWith, Target};
use crate::request::{ARN, Fields, Length, NAME, TEXT, read};
use crate::service::Service;

/// How long the cause of a stop may be.
pub(super) const CAUSE: Length = Length { min: 0, max: 32_768 };

/// What StartExecution and StartSyncExecution both ask for.
pub(super) struct Start {
    pub(super) arn: String,
    pub(super) name: Option<String>,
    pub(super) input: Option<String>,
    pub(super) trace_header: Option<String>,
}

/// What is to be executed.
pub(super) struct Resolved {
    pub(super) target: Target,
    /// The version that an alias chose, or that was asked for.
    pub(super) version: Option<u32>,
    pub(super) revision: Revision,
}

pub(super) fn read_start(fields: &Fields<'_>) -> Result<Start, ApiError> {
    Ok(Start {
        arn: fields.required_text("stateMachineArn", ARN)?,
        name: fields.text("name", NAME)?,
        input: fields.text("input", DATA)?,
        trace_header: fields.matching("traceHeader", TEXT, r"\p{ASCII}*", str::is_ascii)?,
    })
}

/// Reads the input of an execution; none is an empty object.
pub(super) fn read_input(input: Option<&str>) -> Result<Value, ApiError> {
    jackson::read(input.unwrap_or("{}")).map_err(|problem| {
        let problem = problem.message.unwrap_or_else(|| "Invalid execution input.".to_owned());
        let message = format!("Invalid State Machine Execution Input: '{problem}'");
        ApiError::new(ErrorCode::InvalidExecutionInput, message)
    })
}

impl Service {
    pub(crate) async fn start_execution(&self, body: &Value) -> Answer {
        self.start_for(body, None).await
    }

    /// StartExecution, by the request of a task if it is one's.
    pub(crate) async fn start_for(&self, body: &Value, request: Option<String>) -> Answer {
        let start = read(body, read_start)?;
        if let Some(name) = &start.name {
            name::check(name)?;
        }
        let Resolved { target, version, revision } = self.resolve(&start.arn)?;
        let input = read_input(start.input.as_deref())?;
        if target.machine.is_express {
            let resolved = Resolved { target, version, revision };
            return self.start_express(&resolved, start.name, input);
        }
        let Machine { id: machine, name: machine_name, .. } = target.machine;
        let is_named = start.name.is_some();
        let name = start.name.unwrap_or_else(|| Uuid::new_v4().to_string());
        let arn = self.owner().execution(&machine_name, &name);
        let _one_at_a_time = self.runs().lock(&machine_name, &name).await;
        if is_named && let Some(there) = self.runs().describe(&machine_name, &name).await? {
            return repeat(&there, &input, &arn);
        }
        let with = StartedWith {
            id: 0,
            machine,
            machine_name: machine_name.clone(),
            name: name.clone(),
            revision: revision.id,
            version,
            alias: target.alias.map(|alias| alias.name),
            trace_header: start.trace_header,
            request,
        };
        self.registry().write(move |db| with.put(db)).await?;
        let started = self.runs().start(&machine_name, &revision, &name, input, &arn).await?;
        Ok(json!({"executionArn": arn, "startDate": seconds(started)}))
    }

    /// The execution that a task's request has started before, whatever became of it since.
    pub(crate) async fn started_by(&self, request: &str) -> Result<Option<ExecutionDescription>, ApiError> {
        let Some(with) = self.registry().read(|db| StartedWith::by_request(db, request))? else {
            return Ok(None);
        };
        self.runs().describe(&with.machine_name, &with.name).await
    }

    /// What an ARN of a state machine, a version or an alias stands for now.
    ///
    /// # Errors
    /// `InvalidArn`, `StateMachineDoesNotExist`.
    pub(super) fn resolve(&self, arn: &str) -> Result<Resolved, ApiError> {
        let missing = || ApiError::no_machine(arn);
        let asked = self.owner().read_machine(arn)?.ok_or_else(missing)?;
        let drawn = self.draw();
        self.registry().read(|db| {
            let target = Target::find(db, &asked)?.ok_or_else(missing)?;
            let version = match (&target.version, &target.alias) {
                (Some(version), _) => Some(version.clone()),
                (None, Some(alias)) => {
                    let number = alias.choose(drawn).ok_or_else(missing)?;
                    crate::registry::Version::find(db, target.machine.id, number)?
                }
                (None, None) => None,
            };
            let revision = match &version {
                Some(version) => Revision::get(db, version.revision)?,
                None => target.machine.current(db)?,
            };
            Ok(Resolved { target, version: version.map(|version| version.number), revision })
        })
    }

    pub(super) async fn stop_execution(&self, body: &Value) -> Answer {
        let (arn, error, cause) = read(body, |fields| {
            let arn = fields.required_text("executionArn", ARN)?;
            Ok((arn, fields.text("error", TEXT)?, fields.text("cause", CAUSE)?))
        })?;
        let missing = || ApiError::no_execution(&arn);
        if let Some(child) = self.child_at(&arn).await? {
            return self.stop_child(&child, error, cause).await;
        }
        let ExecutionArn { machine, name } = self.owner().read_execution(&arn)?.ok_or_else(missing)?;
        let stopped = match self.runs().stop(&machine, &name, error, cause).await? {
            Some(stopped) => stopped,
            // It has ended already, and stays as it ended.
            None => {
                let there = self.runs().describe(&machine, &name).await?.ok_or_else(missing)?;
                there.stopped.ok_or_else(missing)?
            }
        };
        Ok(json!({ "stopDate": seconds(stopped) }))
    }

    pub(super) async fn describe_execution(&self, body: &Value) -> Answer {
        let (arn, with_data) = read(body, read_describe)?;
        if let Some(child) = self.child_at(&arn).await? {
            return Ok(self.describe_child(&child, with_data));
        }
        let (there, with) = self.find_execution(&arn).await?;
        let (machine, name) = (&there.machine, &there.name);
        let mut answer = Map::new();
        answer.insert("stateMachineArn".to_owned(), self.owner().machine(machine).into());
        answer.insert("name".to_owned(), name.as_str().into());
        answer.insert("status".to_owned(), there.status.as_str().into());
        answer.insert("startDate".to_owned(), json!(seconds(there.started)));
        put(&mut answer, "stopDate", there.stopped.map(seconds));
        if with_data {
            answer.insert("input".to_owned(), there.input.to_string().into());
            answer.insert("inputDetails".to_owned(), json!({ "included": true }));
            let details = there.output.is_some().then(|| json!({ "included": true }));
            put(&mut answer, "outputDetails", details);
            put(&mut answer, "output", there.output.as_deref());
            put(&mut answer, "error", there.error.as_deref());
            put(&mut answer, "cause", there.cause.as_deref());
        }
        if let Some(with) = with {
            let version = with.version.map(|number| self.owner().version(machine, number));
            put(&mut answer, "stateMachineVersionArn", version);
            let alias = with.alias.map(|alias| self.owner().alias(machine, &alias));
            put(&mut answer, "stateMachineAliasArn", alias);
            put(&mut answer, "traceHeader", with.trace_header);
        }
        self.show_redrive(&mut answer, &there).await?;
        answer.insert("executionArn".to_owned(), arn.into());
        Ok(answer.into())
    }

    pub(super) async fn describe_machine_of_execution(&self, body: &Value) -> Answer {
        let (arn, with_data) = read(body, read_describe)?;
        let child = self.child_at(&arn).await?;
        let origin = child.as_ref().map_or_else(|| arn.clone(), |child| self.origin_arn(child));
        let (there, with) = self.find_execution(&origin).await?;
        let with = with.ok_or_else(|| ApiError::no_execution(&arn))?;
        let revision = self.registry().read(|db| Revision::get(db, with.revision))?;
        let mut answer = show_settings(&revision, false, with_data);
        answer.insert("stateMachineArn".to_owned(), self.owner().machine(&there.machine).into());
        answer.insert("name".to_owned(), there.machine.into());
        answer.insert("updateDate".to_owned(), updated(&revision));
        if let Some(child) = child {
            answer.insert("label".to_owned(), child.label().into());
            answer.insert("mapRunArn".to_owned(), (*child.run.arn).into());
        }
        Ok(answer.into())
    }

    /// An execution, and with what it was started if it was started here.
    ///
    /// # Errors
    /// `InvalidArn`, `ExecutionDoesNotExist`.
    pub(super) async fn find_execution(
        &self,
        arn: &str,
    ) -> Result<(ExecutionDescription, Option<StartedWith>), ApiError> {
        let missing = || ApiError::no_execution(arn);
        let ExecutionArn { machine, name } = self.owner().read_execution(arn)?.ok_or_else(missing)?;
        let there = self.runs().describe(&machine, &name).await?.ok_or_else(missing)?;
        let with = self.registry().read(|db| StartedWith::find(db, &machine, &name))?;
        Ok((there, with))
    }
}

/// The start of a name that is taken: the same execution while it runs and if it has the same input.
fn repeat(there: &ExecutionDescription, input: &Value, arn: &str) -> Answer {
    if there.status == Status::Running && there.input == *input {
        return Ok(json!({"executionArn": arn, "startDate": seconds(there.started)}));
    }
    let message = format!("Execution Already Exists: '{arn}'");
    Err(ApiError::new(ErrorCode::ExecutionAlreadyExists, message))
}

fn read_describe(fields: &Fields<'_>) -> Result<(String, bool), ApiError> {
    let arn = fields.required_text("executionArn", ARN)?;
    let included = fields.choice("includedData", INCLUDED)?;
    Ok((arn, included.as_deref() != Some("METADATA_ONLY")))
}
