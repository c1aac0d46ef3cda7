//! Redrive: an execution that was stopped goes on from the state in which it was, with the definition that it had.
//!
//! It is not the engine's own redrive, which is tested with the engine. An execution of the same name, of the same
//! definition that begins with the state in which the first one was stopped, asks the workers the same.

use amends_coordinator::{Execution, StepFunctions};
use amends_engine::history::Event;
use amends_types::RunName;
use serde_json::{Value, json};

use crate::explore::life::Life;
use crate::explore::rest::note_end;
use crate::explore::setup::Setup;
use crate::explore::trace::Ended;

/// An execution that was stopped.
pub(crate) struct Stopped {
    run: RunName,
    input: Value,
    /// The state in which it was.
    state: String,
}

/// The first forward execution that was stopped, if there is one.
pub(crate) async fn stopped(setup: &Setup, life: &Life) -> Option<Stopped> {
    let run: RunName = life.world.with_trace(|trace| {
        let is_stopped =
            |ended: &&Ended| ended.status == "ABORTED" && ended.machine == setup.definition.name();
        trace.ends().find(is_stopped)?.run.parse().ok()
    })?;
    // What was delivered last need not be what it asked for last: copies come late.
    let history =
        life.functions.inner.engine().history(setup.definition.name(), run.as_str()).await.ok()??;
    let state = history.iter().rev().find_map(|recorded| match &recorded.event {
        Event::StateEntered { state_type: "Task", name, .. } => Some(name.to_string()),
        _ => None,
    })?;
    let input = json!({ "saga_id": run, "input_sha256": "" });
    Some(Stopped { run, input, state })
}

/// Redrives it, and waits for its end.
pub(crate) async fn redrive(setup: &Setup, life: &Life, stopped: &Stopped, nth: u32) -> Result<(), String> {
    let mut machine: Value =
        serde_json::from_str(&setup.forward_machine).map_err(|error| error.to_string())?;
    // Every state must be reachable in a valid machine; the first one still is, by a way that is never taken.
    machine["States"]["redrive"] = json!({
        "Type": "Choice",
        "Choices": [{ "Variable": "$.saga_id", "IsPresent": true, "Next": stopped.state }],
        "Default": machine["StartAt"],
    });
    machine["StartAt"] = json!("redrive");
    let name = format!("{}-redrive-{nth}", setup.definition.name());
    let engine = life.functions.inner.engine();
    engine.register_machine(&name, &machine.to_string()).map_err(|error| error.to_string())?;
    let execution = Execution { machine: name, run: stopped.run.clone() };
    let started = life.functions.start(&execution, &stopped.input.to_string()).await;
    started.map_err(|error| error.to_string())?;
    life.functions.wait_for_end(&execution).await.map_err(|error| error.to_string())?;
    note_end(life, &execution).await;
    Ok(())
}
