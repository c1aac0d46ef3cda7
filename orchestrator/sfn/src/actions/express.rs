//! Express executions: StartSyncExecution, and StartExecution of an Express state machine.

use std::time::Duration;

use amends_asl::{MachineType, StateMachine};
use amends_engine::driver::ExpressAnswer;
use amends_engine::interp::{Identity, Outcome};
use amends_engine::journal::Status;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use uuid::Uuid;

use super::definition::INCLUDED;
use super::dispatch::{Answer, put, seconds};
use super::executions::{Resolved, read_input, read_start};
use crate::api_error::{ApiError, ErrorCode};
use crate::name;
use crate::request::read;
use crate::service::Service;

/// The least memory that Step Functions bills for.
const BILLED_MEGABYTES: u64 = 64;
/// It bills the time in steps of this.
const BILLED_STEP: Duration = Duration::from_millis(100);

/// An Express execution that is about to start.
struct Begun {
    arn: String,
    name: String,
    machine: Arc<StateMachine>,
    identity: Identity,
}

impl Service {
    pub(super) async fn start_sync_execution(&self, body: &Value) -> Answer {
        let (included, start) = read(body, |fields| {
            let included = fields.choice("includedData", INCLUDED)?;
            Ok((included, read_start(fields)?))
        })?;
        if let Some(name) = &start.name {
            name::check(name)?;
        }
        let resolved = self.resolve(&start.arn)?;
        if !resolved.target.machine.is_express {
            return Err(ApiError::wrong_type());
        }
        let input = read_input(start.input.as_deref())?;
        let machine_arn = self.owner().machine(&resolved.target.machine.name);
        let Begun { arn, name, machine, identity } = self.begin_express(&resolved, start.name)?;
        let answer = self.express().run(machine, identity, input.clone()).await;
        let with_data = included.as_deref() != Some("METADATA_ONLY");
        let mut shown = show(&answer, with_data.then_some(&input));
        shown.insert("executionArn".to_owned(), arn.into());
        shown.insert("stateMachineArn".to_owned(), machine_arn.into());
        shown.insert("name".to_owned(), name.into());
        put(&mut shown, "traceHeader", start.trace_header);
        Ok(shown.into())
    }

    /// Starts an Express execution that nobody waits for. Nothing of it is kept.
    pub(super) fn start_express(&self, resolved: &Resolved, name: Option<String>, input: Value) -> Answer {
        let Begun { arn, machine, identity, .. } = self.begin_express(resolved, name)?;
        let (service, started) = (self.clone(), self.now());
        tokio::spawn(async move {
            let arn = identity.execution_arn.clone();
            let answer = service.express().run(machine, identity, input).await;
            let status = Status::of(&answer.outcome);
            tracing::info!(%arn, %status, "an Express execution ended");
        });
        Ok(json!({"executionArn": arn, "startDate": seconds(started)}))
    }

    fn begin_express(&self, resolved: &Resolved, name: Option<String>) -> Result<Begun, ApiError> {
        let settings = &resolved.revision.settings;
        let machine =
            StateMachine::parse_as(MachineType::Express, &settings.definition).map_err(|error| {
                let message = format!("Invalid State Machine Definition: '{error}'");
                ApiError::new(ErrorCode::InvalidDefinition, message)
            })?;
        let machine_name = &resolved.target.machine.name;
        let name = name.unwrap_or_else(|| Uuid::new_v4().to_string());
        let arn = self.owner().express(machine_name, &name, &Uuid::new_v4().to_string());
        let identity = Identity {
            execution_arn: arn.as_str().into(),
            execution_name: name.as_str().into(),
            machine_arn: self.owner().machine(machine_name).into(),
            machine_name: machine_name.as_str().into(),
            role_arn: settings.role_arn.as_str().into(),
        };
        Ok(Begun { arn, name, machine: Arc::new(machine), identity })
    }
}

fn show(answer: &ExpressAnswer, input: Option<&Value>) -> Map<String, Value> {
    let mut shown = Map::new();
    let included = json!({"included": input.is_some()});
    put(&mut shown, "input", input.map(ToString::to_string));
    shown.insert("inputDetails".to_owned(), included.clone());
    shown.insert("outputDetails".to_owned(), included);
    shown.insert("status".to_owned(), Status::of(&answer.outcome).as_str().into());
    shown.insert("startDate".to_owned(), json!(seconds(answer.started)));
    shown.insert("stopDate".to_owned(), json!(seconds(answer.stopped)));
    shown.insert("billingDetails".to_owned(), bill(answer.stopped.since(answer.started)));
    match &answer.outcome {
        Outcome::Succeeded { output } => put(&mut shown, "output", input.map(|_| output.to_string())),
        Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
            put(&mut shown, "error", error.clone());
            put(&mut shown, "cause", cause.clone());
        }
        Outcome::TimedOut => {
            put(&mut shown, "error", Some("States.Timeout"));
            put(&mut shown, "cause", Some("The execution timed out."));
        }
    }
    shown
}

fn bill(lasted: Duration) -> Value {
    let steps = lasted.as_millis().div_ceil(BILLED_STEP.as_millis()).max(1);
    let milliseconds = steps * BILLED_STEP.as_millis();
    json!({
        "billedDurationInMilliseconds": u64::try_from(milliseconds).unwrap_or(u64::MAX),
        "billedMemoryUsedInMB": BILLED_MEGABYTES,
    })
}
