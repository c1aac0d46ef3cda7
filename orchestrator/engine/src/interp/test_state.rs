//! TestState: one state by itself, with its work done really or mocked, and with what became of its data on the way.
//!
//! The state is evaluated by the interpreter's own functions. Nothing here does I/O, reads a clock or draws a number.

mod context;
mod find;
mod inspect;
mod request;
mod shape;

use std::sync::Arc;

use amends_asl::{Integration, QueryLanguage, StateKind, Task, Transition, Variables};
use amends_types::Timestamp;
use serde_json::{Map, Value, json};
use thiserror::Error;

pub use request::{FieldValidation, Mock, MockError, StateConfiguration, TestRequest};

use super::context::Scope;
use super::data::{self, Shape};
use super::failure::{Failure, Origin};
use super::frame::Frame;
use super::identity::Identity;
use super::occurrence::{Invocation, TaskId};
use super::run::Flow;
use super::thread::Thread;
use super::visit::{Awaits, Visit};
use super::{catch, choice, fail, lambda, map, pass, retry, succeed, wait};

/// TestState refuses the request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TestStateError {
    /// The definition is not valid (`InvalidDefinition`): the diagnostics.
    #[error("{0}")]
    Definition(String),
    /// Something else is (`ValidationException`).
    #[error("{0}")]
    Validation(String),
}

/// What comes of a request.
#[derive(Debug)]
pub enum TestStep {
    /// The answer, as the API has it.
    Answer(Value),
    /// The state's work must really be done first, and [`TestState::finish`] told of the result.
    Call(Box<TestState>, Invocation),
}

/// A state under test.
#[derive(Debug)]
pub struct TestState {
    thread: Thread,
    visit: Visit,
    context: Value,
    request: TestRequest,
    inspected: Map<String, Value>,
    seed: u64,
}

fn invalid<T>(message: impl Into<String>) -> Result<T, TestStateError> {
    Err(TestStateError::Validation(message.into()))
}

impl TestState {
    /// Begins a test of a state in an execution of that identity, at that time; with what chance brings.
    ///
    /// # Errors
    /// [`TestStateError`].
    pub fn begin(
        request: TestRequest,
        identity: Identity,
        now: Timestamp,
        seed: u64,
    ) -> Result<TestStep, TestStateError> {
        check_mock(&request)?;
        let found = find::state(&request)?;
        let state = found.machine.state(found.state);
        check_kind(&request, state)?;
        let input = Arc::new(request.input.clone().unwrap_or_else(|| json!({})));
        let frame = Frame { input: Arc::clone(&input), started_at: now, ..Frame::new(identity) };
        let retries = request.configuration.retrier_retry_count;
        let context = match &request.context {
            None => context::made_up(&frame, state, retries),
            Some(text) => context::read(text, state)
                .or_else(|reason| invalid(format!("Invalid Context object provided: {reason}")))?,
        };
        let result = mocked_result(&request, state)?;
        let mut variables = Variables::default();
        if let Err(error) = variables.assign(request.variables.clone()) {
            return invalid(error.to_string());
        }
        let visit = Visit {
            state: found.state,
            entered_at: now,
            // After ExecutionStarted.
            entered_event: 2,
            input,
            retries: Vec::new(),
            awaits: Awaits::Nothing,
        };
        let thread = Thread { variables, ..Thread::root(Arc::clone(&found.machine), Arc::new(frame)) };
        let test = Self { thread, visit, context, request, inspected: Map::new(), seed };
        test.run(result)
    }

    /// Goes on after the state's work was really done.
    pub fn finish(mut self, result: Result<Value, (String, String)>) -> Value {
        let StateKind::Task(task) = self.thread.state(&self.visit).kind.clone() else {
            return self.answer(Err(Failure::attempt("States.Runtime", None)));
        };
        match result {
            Ok(output) => {
                let result = match task.resource.is_lambda_invoke() {
                    true => lambda::envelope(output, self.seed, false),
                    false => output,
                };
                let flow = self.task_succeeded(&task, &Arc::new(result));
                self.answer(flow)
            }
            Err((error, cause)) => self.answer(Err(Failure::attempt(error, Some(cause)))),
        }
    }

    fn scope(&self) -> Scope<'_> {
        let mut scope = self.thread.scope(&self.visit, self.thread.frame().started_at);
        scope.given = Some(&self.context);
        scope
    }

    fn run(mut self, mocked: Option<Value>) -> Result<TestStep, TestStateError> {
        let kind = self.thread.state(&self.visit).kind.clone();
        let flow = match &kind {
            StateKind::Task(task) => match self.begin_task(task) {
                Err(failure) => Err(failure),
                Ok(parameters) => match (self.mocked_failure(), mocked) {
                    (Some(failure), _) => Err(failure),
                    (None, Some(result)) => self.task_succeeded(task, &Arc::new(result)),
                    (None, None) => {
                        let (resource, secret) = (Arc::clone(&task.resource.arn), self.seed);
                        let invocation = Invocation { task: TaskId(1), resource, parameters, secret };
                        return Ok(TestStep::Call(Box::new(self), invocation));
                    }
                },
            },
            StateKind::Parallel(_) | StateKind::Map(_) => self.mocked_threads(&kind, mocked),
            _ => self.work(&kind),
        };
        Ok(TestStep::Answer(self.answer(flow)))
    }

    /// States that do their work themselves.
    fn work(&mut self, kind: &StateKind) -> Result<Flow, Failure> {
        self.inspect_input(kind);
        let scope = self.scope();
        match kind {
            StateKind::Pass(of) => pass::enter(of, &scope),
            StateKind::Choice(of) => choice::enter(of, &scope),
            StateKind::Wait(of) => match wait::enter(of, &scope)? {
                // Nobody waits for a test.
                Flow::Sleep { .. } => wait::leave(of, &scope),
                flow => Ok(flow),
            },
            StateKind::Succeed => succeed::enter(&scope),
            StateKind::Fail(of) => fail::enter(of, &scope),
            StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_) => {
                Err(Failure::attempt("States.Runtime", None))
            }
        }
    }

    fn begin_task(&mut self, task: &Task) -> Result<Value, Failure> {
        let scope = self.scope();
        let input = data::effective_input(&scope)?;
        let parameters = data::apply_template(task.parameters.as_ref(), &input, &scope)?;
        let is_path = scope.state.query_language == QueryLanguage::JsonPath;
        if is_path {
            self.inspect("afterInputPath", &input);
        }
        self.inspect(if is_path { "afterParameters" } else { "afterArguments" }, &parameters);
        Ok(Arc::unwrap_or_clone(parameters))
    }

    fn task_succeeded(&mut self, task: &Task, result: &Arc<Value>) -> Result<Flow, Failure> {
        self.inspect("result", result);
        let shape = Shape { result_selector: task.result_selector.as_ref(), result_path: &task.result_path };
        self.leave_with(result, shape, task.next)
    }

    fn leave_with(
        &mut self,
        result: &Arc<Value>,
        shape: Shape<'_>,
        next: Transition,
    ) -> Result<Flow, Failure> {
        let scope = self.scope();
        if scope.state.query_language == QueryLanguage::JsonPath {
            let selected = data::apply_template(shape.result_selector, result, &scope)?;
            let merged = data::merge(shape.result_path, &scope, Arc::clone(&selected))?;
            self.inspect("afterResultSelector", &selected);
            self.inspect("afterResultPath", &merged);
        }
        data::leave_with(&self.scope(), Arc::clone(result), shape, next)
    }

    fn mocked_threads(&mut self, kind: &StateKind, mocked: Option<Value>) -> Result<Flow, Failure> {
        let input = self.visit.input.clone();
        self.inspect("input", &input);
        let (shape, next) = match kind {
            StateKind::Parallel(of) => (
                Shape { result_selector: of.result_selector.as_ref(), result_path: &of.result_path },
                of.next,
            ),
            StateKind::Map(of) => {
                self.inspect_map(of)?;
                (
                    Shape { result_selector: of.result_selector.as_ref(), result_path: &of.result_path },
                    of.next,
                )
            }
            _ => return Err(Failure::attempt("States.Runtime", None)),
        };
        if let Some(failure) = self.mocked_failure() {
            return Err(self.too_many(kind).unwrap_or(failure));
        }
        self.leave_with(&Arc::new(mocked.unwrap_or_default()), shape, next)
    }

    /// What a Map fails with instead of its iteration's own error, if more iterations have failed than may.
    fn too_many(&self, kind: &StateKind) -> Option<Failure> {
        let StateKind::Map(of) = kind else { return None };
        let failed = self.request.configuration.map_iteration_failure_count?;
        let total = map::item_count(of, &self.scope()).ok()?;
        let tolerance = map::Tolerance::of(of, &self.scope()).ok()??;
        tolerance.exceeded(usize::try_from(failed).unwrap_or(usize::MAX), total)
    }

    fn mocked_failure(&self) -> Option<Failure> {
        let MockError { error, cause } = self.request.mock.as_ref()?.error_output.clone()?;
        let error = error.unwrap_or_default();
        let origin = match error.as_str() {
            "States.Timeout" => Origin::Timeout,
            "States.HeartbeatTimeout" => Origin::Heartbeat,
            _ => Origin::Attempt,
        };
        Some(Failure { origin, ..Failure::attempt(error, cause) })
    }

    fn answer(mut self, flow: Result<Flow, Failure>) -> Value {
        let mut answer = Map::new();
        match flow {
            Ok(Flow::Leave { output, assigned, next }) => {
                self.left(&mut answer, "SUCCEEDED", &output, assigned, next);
            }
            Ok(Flow::Fail { error, cause }) => put_failure(&mut answer, "FAILED", error, cause),
            // A state that would wait for something has been answered by a mock or a call.
            Ok(Flow::Sleep { .. } | Flow::Hold(_) | Flow::Fork(_)) => {}
            Err(failure) => self.failed(&mut answer, failure),
        }
        if self.request.is_inspected {
            answer.insert("inspectionData".to_owned(), Value::Object(self.inspected));
        }
        Value::Object(answer)
    }

    fn left(
        &mut self,
        answer: &mut Map<String, Value>,
        status: &str,
        output: &Value,
        assigned: Option<Map<String, Value>>,
        next: Transition,
    ) {
        answer.insert("status".to_owned(), status.into());
        answer.insert("output".to_owned(), output.to_string().into());
        if let Transition::Next(next) = next {
            let name = &*self.thread.machine.state(next).name;
            answer.insert("nextState".to_owned(), name.into());
        }
        if assigned.is_some() || !self.request.variables.is_empty() {
            let mut variables = self.request.variables.clone();
            variables.extend(assigned.unwrap_or_default());
            self.inspect("variables", &Value::Object(variables));
        }
    }

    fn failed(&mut self, answer: &mut Map<String, Value>, failure: Failure) {
        let state = self.thread.state(&self.visit).clone();
        let (retriers, catchers) = super::run::handlers(&state);
        if let Some(index) = retriers.iter().position(|retrier| failure.is_among(&retrier.errors)) {
            let mut retries = vec![0; retriers.len()];
            retries[index] = self.request.configuration.retrier_retry_count;
            if let Some(delay) = retry::next_delay(retriers, &failure, &mut retries, u64::MAX) {
                let details = json!({"retryIndex": index, "retryBackoffIntervalSeconds": delay.as_secs()});
                self.inspected.insert("errorDetails".to_owned(), details);
                return put_failure(answer, "RETRIABLE", failure.named(), failure.cause);
            }
        }
        let caught = catchers.iter().position(|catcher| failure.is_among(&catcher.errors));
        let flow = catch::handle(catchers, &failure, &self.scope());
        match (caught, flow) {
            (Some(index), Some(Ok(Flow::Leave { output, assigned, next }))) => {
                self.inspected.insert("errorDetails".to_owned(), json!({"catchIndex": index}));
                put_failure(answer, "CAUGHT_ERROR", failure.named(), failure.cause);
                self.left(answer, "CAUGHT_ERROR", &output, assigned, next);
            }
            (_, Some(Err(failure))) => put_failure(answer, "FAILED", failure.named(), failure.cause),
            _ => put_failure(answer, "FAILED", failure.named(), failure.cause),
        }
    }
}

fn put_failure(answer: &mut Map<String, Value>, status: &str, error: Option<String>, cause: Option<String>) {
    answer.insert("status".to_owned(), status.into());
    for (key, text) in [("error", error), ("cause", cause)] {
        if let Some(text) = text {
            answer.insert(key.to_owned(), text.into());
        }
    }
}

fn check_mock(request: &TestRequest) -> Result<(), TestStateError> {
    let Some(mock) = &request.mock else {
        if request.configuration.map_iteration_failure_count.is_some() {
            return invalid(
                "TestState does not support MapIterationFailureCount when a mock is not specified.",
            );
        }
        if request.configuration.error_caused_by_state.is_some() {
            return invalid("TestState does not support ErrorCausedByState when a mock is not specified.");
        }
        return Ok(());
    };
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

fn check_kind(request: &TestRequest, state: &amends_asl::State) -> Result<(), TestStateError> {
    let kind = state.kind.type_name();
    match (&state.kind, request.mock.is_some()) {
        (StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_), true) => Ok(()),
        (_, true) => invalid(format!("State type '{kind}' is not supported when a mock is specified")),
        (StateKind::Parallel(_) | StateKind::Map(_), false) => {
            invalid(format!("State type '{kind}' is not supported when a mock is not specified"))
        }
        (StateKind::Task(_), false) if request.role_arn.is_none() => {
            invalid("RoleArn must be specified when testing a Task state")
        }
        _ => Ok(()),
    }
}

fn mocked_result(request: &TestRequest, state: &amends_asl::State) -> Result<Option<Value>, TestStateError> {
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
