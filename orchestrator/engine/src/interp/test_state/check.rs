//! What TestState refuses to test, and which mocks it refuses.
//!
//! Where no recording has AWS's words, they follow those of its refusals that are recorded.

use amends_asl::{Integration, Pattern, State, StateKind};
use serde_json::Value;

use super::{TestRequest, TestStateError, invalid, shape};

/// Fields that only mean something beside a mock, and the rules of the mock itself.
pub(super) fn mock(request: &TestRequest) -> Result<(), TestStateError> {
    let Some(mock) = &request.mock else { return without_mock(request) };
    if request.reveals_secrets {
        return invalid("TestState does not support RevealSecrets when a mock is specified.");
    }
    match (&mock.result, &mock.error_output) {
        (Some(_), Some(_)) => {
            invalid("A test mock should have only one of the following fields: [result, errorOutput].")
        }
        (None, None) => invalid("A test mock must have one of the following fields: [result, errorOutput]."),
        _ => Ok(()),
    }
}

fn without_mock(request: &TestRequest) -> Result<(), TestStateError> {
    let configuration = &request.configuration;
    let given = [
        ("MapIterationFailureCount", configuration.map_iteration_failure_count.is_some()),
        ("ErrorCausedByState", configuration.error_caused_by_state.is_some()),
        ("RetrierRetryCount", configuration.retrier_retry_count.is_some()),
        ("MapItemReaderData", configuration.map_item_reader_data.is_some()),
        ("Context", request.context.is_some()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((field, _)) => without(field),
        None => Ok(()),
    }
}

fn without(what: &str) -> Result<(), TestStateError> {
    invalid(format!("TestState does not support {what} when a mock is not specified."))
}

/// Whether such a state can be tested with a mock, or without one.
pub(super) fn kind(request: &TestRequest, state: &State) -> Result<(), TestStateError> {
    let kind = state.kind.type_name();
    match (&state.kind, request.mock.is_some()) {
        (StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_), true) => Ok(()),
        (_, true) => invalid(format!("State type '{kind}' is not supported when a mock is specified")),
        (StateKind::Parallel(_) | StateKind::Map(_), false) => {
            let message = "TestState API does not support Map or Parallel states. Supported state types include: [Task, \
                           Wait, Pass, Succeed, Fail, Choice]";
            Err(TestStateError::Unsupported(message.to_owned()))
        }
        (StateKind::Task(task), false) => match &task.resource.integration {
            Integration::Activity => without("Activity tasks"),
            Integration::Service { pattern: Pattern::WaitForTaskToken, .. } => {
                without("the '.waitForTaskToken' service integration pattern")
            }
            Integration::Service { pattern: Pattern::Sync, .. } => {
                without("the '.sync' service integration pattern")
            }
            _ if request.role_arn.is_none() => invalid("RoleArn must be specified when testing a Task state"),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// How many iterations can have failed, of so many items, if that is known.
pub(super) fn failure_count(request: &TestRequest, items: Option<usize>) -> Result<(), TestStateError> {
    let (Some(failed), Some(items)) = (request.configuration.map_iteration_failure_count, items) else {
        return Ok(());
    };
    if usize::try_from(failed).is_ok_and(|failed| failed <= items) {
        return Ok(());
    }
    invalid("MapIterationFailureCount cannot exceed the number of items in the input.")
}

/// The mocked result, if it is one that the state could have.
pub(super) fn result(request: &TestRequest, state: &State) -> Result<Option<Value>, TestStateError> {
    let Some(mock) = &request.mock else { return Ok(None) };
    let Some(text) = &mock.result else { return Ok(None) };
    let Ok(result) = serde_json::from_str::<Value>(text) else {
        return invalid("Mocked result must be valid JSON");
    };
    let items = result.as_array().map(Vec::len);
    match &state.kind {
        StateKind::Parallel(of) => match items {
            None => return invalid("Mocked result must be an array."),
            Some(count) if count != of.branches.len() => {
                let message =
                    "Mocked result must contain the same number of items as number of Parallel branches.";
                return invalid(message);
            }
            Some(_) => {}
        },
        StateKind::Map(of) if of.result_writer.is_none() && items.is_none() => {
            return invalid("Mocked result must be an array.");
        }
        // Written somewhere, the results themselves are not the state's result.
        StateKind::Map(of)
            if !result.is_object()
                && of.result_writer.as_ref().is_some_and(|writer| writer.resource.is_some()) =>
        {
            return invalid("Mocked result must be a JSON object.");
        }
        StateKind::Task(task) => {
            if let Integration::Service { service, action, .. } = &task.resource.integration
                && let Some(fault) = shape::fault(service, action, &result, mock.validation)
            {
                return invalid(format!("Mock result schema validation error: {fault}"));
            }
        }
        _ => {}
    }
    Ok(Some(result))
}
