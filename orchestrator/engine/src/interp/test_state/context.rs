//! The context object of a test: as given, or made up.

use amends_asl::{Integration, MapMode, Pattern, State, StateKind};
use serde_json::{Value, json};

use super::super::frame::Frame;
use super::super::occurrence::TaskId;
use super::super::token::TaskToken;
use super::find::Found;

/// The fields that a context object may have, by section.
const FIELDS: &[(&str, &[(&str, Kind)])] = &[
    (
        "Execution",
        &[
            ("Id", Kind::Text),
            ("Input", Kind::Any),
            ("Name", Kind::Text),
            ("RedriveCount", Kind::Number),
            ("RedriveTime", Kind::Text),
            ("RoleArn", Kind::Text),
            ("StartTime", Kind::Text),
        ],
    ),
    ("State", &[("EnteredTime", Kind::Text), ("Name", Kind::Text), ("RetryCount", Kind::Number)]),
    ("StateMachine", &[("Id", Kind::Text), ("Name", Kind::Text)]),
    ("Task", &[("Token", Kind::Text)]),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Any,
}

/// Reads a context object that is given.
///
/// # Errors
/// What is wrong with it, in Step Functions' words.
pub(super) fn read(text: &str, state: &State) -> Result<Value, String> {
    let context: Value =
        serde_json::from_str(text).map_err(|_| "Context object must be valid JSON".to_owned())?;
    let Some(sections) = context.as_object() else {
        return Err("Context object must be a JSON object".to_owned());
    };
    for (section, fields) in sections {
        if section == "Map" {
            return Err("'Map' field is not supported when mocking a Context object".to_owned());
        }
        let Some((_, known)) = FIELDS.iter().find(|(name, _)| name == section) else {
            return Err(format!("Field '{section}' is not allowed"));
        };
        let Some(fields) = fields.as_object() else { return Err(format!("{section} must be an object")) };
        for (name, value) in fields {
            let Some((_, kind)) = known.iter().find(|(known, _)| known == name) else {
                return Err(format!("Field '{name}' is not allowed"));
            };
            match kind {
                Kind::Text if !value.is_string() => return Err(format!("{section}.{name} must be a string")),
                Kind::Number if !value.is_number() => {
                    return Err(format!("{section}.{name} must be a number"));
                }
                _ => {}
            }
        }
    }
    if sections.contains_key("Task") && !waits(state) {
        let reason = "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' \
                      service integration pattern";
        return Err(reason.to_owned());
    }
    Ok(context)
}

fn waits(state: &State) -> bool {
    let StateKind::Task(task) = &state.kind else { return false };
    match &task.resource.integration {
        Integration::Service { pattern, .. } => *pattern != Pattern::RequestResponse,
        Integration::Activity => true,
        Integration::LambdaFunction => false,
    }
}

/// The context object of a test that gives none: a state within a Map is at work on the first item, which is its input,
/// and one that waits for a token has one.
pub(super) fn made_up(frame: &Frame, found: &Found, retries: Option<u32>, secret: u64) -> Value {
    let state = found.machine.state(found.state);
    let identity = &frame.identity;
    let (started, name) = (frame.started_at.to_string(), &*state.name);
    let mut context = json!({
        "Execution": {
            "Id": &*identity.execution_arn,
            "Input": &*frame.input,
            "Name": &*identity.execution_name,
            "RoleArn": &*identity.role_arn,
            "StartTime": started,
        },
        "StateMachine": {"Id": &*identity.machine_arn, "Name": &*identity.machine_name},
        "State": {"Name": name, "EnteredTime": started, "RetryCount": retries.unwrap_or(0)},
    });
    if let Some(map) = &found.within {
        let mut item = json!({"Index": 0, "Value": &*frame.input});
        if map.processor.mode != MapMode::Inline && map.item_reader.is_none() {
            item["Source"] = json!("STATE_DATA");
        }
        context["Map"] = json!({"Item": item});
    }
    if waits(state) {
        let execution_arn = identity.execution_arn.to_string();
        let token = TaskToken { execution_arn, task: TaskId(1), secret };
        context["Task"] = json!({"Token": token.to_string()});
    }
    context
}
