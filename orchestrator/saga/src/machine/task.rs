//! The parts that all Task states share.

use super::functions::name_of;
use super::json::Json;
use crate::Op;

/// A Task state that asks the worker of `step` for `op`. The payload reads the execution's own input, which no
/// state can change, so no path can be missing.
pub(super) fn invoke(step: &str, op: Op) -> Json {
    let payload = Json::object([
        ("saga_id.$", Json::text("$$.Execution.Input.saga_id")),
        ("run.$", Json::text("$$.Execution.Name")),
        ("step", Json::text(step)),
        ("op", Json::text(op.name())),
        ("retry.$", Json::text("$$.State.RetryCount")),
    ]);
    let function = Json::text(format!("{}:live", name_of(step)));
    let parameters = Json::object([("FunctionName", function), ("Payload", payload)]);
    Json::object([
        ("Type", Json::text("Task")),
        ("Resource", Json::text("arn:aws:states:::lambda:invoke")),
        ("Parameters", parameters),
    ])
}

/// Keeps the worker's short summary in the state data, for the person who reads the console.
pub(super) fn keep_summary(state: Json, name: &str) -> Json {
    state
        .with("ResultSelector", Json::object([("summary.$", Json::text("$.Payload"))]))
        .with("ResultPath", Json::text(format!("$.{name}")))
}

/// A catcher of one error name.
pub(super) fn catch(error: &str, next: &str) -> Json {
    Json::object([
        ("ErrorEquals", Json::texts(&[error])),
        ("ResultPath", Json::text("$.error")),
        ("Next", Json::text(next)),
    ])
}

/// Catchers of everything that can be caught. `States.ALL` does not stand for `States.DataLimitExceeded` in all
/// cases (AWS Step Functions developer guide, "Handling errors"), so that one is named.
pub(super) fn catch_everything(next: &str) -> [Json; 2] {
    [catch("States.DataLimitExceeded", next), catch("States.ALL", next)]
}
