//! TestState: one state by itself, with its work done really or mocked, and with what became of its data on the way.
//!
//! The state is evaluated by the interpreter's own functions. Nothing here does I/O, reads a clock or draws a number.

mod answer;
mod check;
mod context;
mod find;
mod inspect;
mod items;
mod request;
mod shape;

use std::sync::Arc;
use std::time::Duration;

use amends_asl::{QueryLanguage, StateKind, Task, Transition, Variables};
use amends_types::Timestamp;
use serde_json::{Map, Value, json};
use thiserror::Error;

pub use request::{FieldValidation, Mock, MockError, StateConfiguration, TestRequest};

use super::context::Scope;
use super::data::{self, Shape};
use super::failure::{Failure, Origin};
use super::frame::Frame;
use super::identity::Identity;
use super::limits::is_too_large;
use super::occurrence::{Invocation, TaskId};
use super::run::Flow;
use super::thread::Thread;
use super::visit::{Awaits, Visit};
use super::{choice, fail, map, pass, succeed, task, wait};

/// How long a test may take (Step Functions API reference).
const MAX_DURATION: Duration = Duration::from_secs(300);

/// TestState refuses the request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TestStateError {
    /// The definition is not valid (`InvalidDefinition`): the diagnostics.
    #[error("{0}")]
    Definition(String),
    /// The definition is of a state that cannot be tested so (`InvalidDefinition`): the whole message.
    #[error("{0}")]
    Unsupported(String),
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
    /// How long an attempt at the task may take, and which error it is if it takes longer.
    limit: Option<(u32, Origin)>,
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
        check::mock(&request)?;
        let found = find::state(&request)?;
        let state = found.machine.state(found.state);
        check::kind(&request, state)?;
        let input = Arc::new(request.input.clone().unwrap_or_else(|| json!({})));
        let frame = Frame { input: Arc::clone(&input), started_at: now, ..Frame::new(identity) };
        let context = match &request.context {
            None => context::made_up(&frame, &found, request.configuration.retrier_retry_count, seed),
            Some(text) => context::read(text, state)
                .or_else(|reason| invalid(format!("Invalid Context object provided: {reason}")))?,
        };
        let result = check::result(&request, state)?;
        let mut variables = Variables::default();
        if let Err(error) = variables.assign(request.variables.clone()) {
            return invalid(error.to_string());
        }
        let visit = Visit {
            state: found.state,
            entered_at: now,
            // There is no history.
            entered_event: 0,
            input,
            retries: Vec::new(),
            awaits: Awaits::Nothing,
        };
        let thread = Thread { variables, ..Thread::root(Arc::clone(&found.machine), Arc::new(frame)) };
        let inspected = Map::new();
        let mut test = Self { thread, visit, context, request, inspected, limit: None, seed };
        let input = Arc::clone(&test.visit.input);
        test.inspect("input", &input);
        test.run(result)
    }

    /// How long its work may take.
    pub fn limit(&self) -> Duration {
        self.own_limit().map_or(MAX_DURATION, |(limit, _)| limit)
    }

    /// Goes on after the state's work was really done.
    pub fn finish(mut self, result: Result<Value, (String, String)>) -> Value {
        let StateKind::Task(of) = self.thread.state(&self.visit).kind.clone() else {
            return self.answer(Err(Failure::attempt("States.Runtime", None)));
        };
        let result = result.map_err(|(error, cause)| Failure::attempt(error, Some(cause)));
        let flow = match task::reply(&of, result, self.seed) {
            Ok(reply) => self.task_succeeded(&of, &Arc::new(reply.into_result())),
            Err(failure) => Err(failure),
        };
        self.answer(flow)
    }

    /// Ends after the state's work has taken longer than [`Self::limit`].
    pub fn time_out(self) -> Value {
        let flow = match self.own_limit() {
            Some((_, origin)) => Err(Failure::timeout(origin)),
            None => Ok(out_of_time()),
        };
        self.answer(flow)
    }

    /// The state's own limit, unless the test's comes first.
    fn own_limit(&self) -> Option<(Duration, Origin)> {
        let (seconds, origin) = self.limit?;
        let limit = Duration::from_secs(u64::from(seconds));
        (limit <= MAX_DURATION).then_some((limit, origin))
    }

    fn scope(&self) -> Scope<'_> {
        let mut scope = self.thread.scope(&self.visit, self.thread.frame().started_at);
        scope.given = Some(&self.context);
        scope
    }

    fn run(mut self, mocked: Option<Value>) -> Result<TestStep, TestStateError> {
        let kind = self.thread.state(&self.visit).kind.clone();
        if let StateKind::Map(of) = &kind {
            check::failure_count(&self.request, self.item_count(of))?;
        }
        let flow = match &kind {
            StateKind::Task(of) => match self.begin_task(of) {
                Err(failure) => Err(failure),
                Ok(parameters) => match (self.mocked_failure(), mocked) {
                    (Some(failure), _) => Err(failure),
                    (None, Some(result)) if is_too_large(&result) => Err(task::result_too_large(of)),
                    (None, Some(result)) => self.task_succeeded(of, &Arc::new(result)),
                    (None, None) => {
                        let (resource, secret) = (Arc::clone(&of.resource.arn), self.seed);
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
                Flow::Sleep { until } if until.since(scope.now) > MAX_DURATION => Ok(out_of_time()),
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

    fn begin_task(&mut self, of: &Task) -> Result<Value, Failure> {
        let input = data::effective_input(&self.scope())?;
        let is_path = self.scope().state.query_language == QueryLanguage::JsonPath;
        if is_path {
            self.inspect("afterInputPath", &input);
        }
        let scope = self.scope();
        let parameters = data::apply_template(of.parameters.as_ref(), &input, &scope)?;
        self.inspect(if is_path { "afterParameters" } else { "afterArguments" }, &parameters);
        let scope = self.scope();
        let timeout = task::seconds(of.timeout.as_ref(), &input, &scope)?;
        let heartbeat = task::seconds(of.heartbeat.as_ref(), &input, &scope)?;
        data::check_size(&scope, &parameters)?;
        let limits = [(timeout, Origin::Timeout), (heartbeat, Origin::Heartbeat)];
        let limits = limits.into_iter().filter_map(|(seconds, origin)| Some((seconds?, origin)));
        self.limit = limits.min_by_key(|(seconds, _)| *seconds);
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
            self.inspect("afterResultSelector", &selected);
            let merged = data::merge(shape.result_path, &self.scope(), selected)?;
            self.inspect("afterResultPath", &merged);
        }
        data::leave_with(&self.scope(), Arc::clone(result), shape, next)
    }

    fn mocked_threads(&mut self, kind: &StateKind, mocked: Option<Value>) -> Result<Flow, Failure> {
        let (shape, next) = match kind {
            StateKind::Parallel(of) => {
                let input = data::effective_input(&self.scope())?;
                let given = data::apply_template(of.parameters.as_ref(), &input, &self.scope())?;
                data::check_size(&self.scope(), &given)?;
                let selector = of.result_selector.as_ref();
                (Shape { result_selector: selector, result_path: &of.result_path }, of.next)
            }
            StateKind::Map(of) => {
                self.inspect_map(of)?;
                if let Some(failure) = self.too_many(of) {
                    return Err(failure);
                }
                let selector = of.result_selector.as_ref();
                (Shape { result_selector: selector, result_path: &of.result_path }, of.next)
            }
            _ => return Err(Failure::attempt("States.Runtime", None)),
        };
        if let Some(failure) = self.mocked_failure() {
            return Err(failure);
        }
        self.leave_with(&Arc::new(mocked.unwrap_or_default()), shape, next)
    }

    /// What a Map fails with, whatever its iterations came to, if more of them have failed than may.
    fn too_many(&self, of: &amends_asl::Map) -> Option<Failure> {
        let failed = self.request.configuration.map_iteration_failure_count?;
        let tolerance = map::Tolerance::of(of, &self.scope()).ok()??;
        let total = self.item_count(of).unwrap_or(usize::MAX);
        tolerance.exceeded(usize::try_from(failed).unwrap_or(usize::MAX), total)
    }

    fn mocked_failure(&self) -> Option<Failure> {
        let MockError { error, cause } = self.request.mock.as_ref()?.error_output.clone()?;
        let origin = match error.as_str() {
            "States.Timeout" => Origin::Timeout,
            "States.HeartbeatTimeout" => Origin::Heartbeat,
            "States.Runtime" => Origin::Runtime,
            _ => Origin::Attempt,
        };
        Some(Failure { origin, ..Failure::attempt(error, cause) })
    }
}

/// The end of a test that takes longer than tests may: nothing handles that.
fn out_of_time() -> Flow {
    Flow::Fail { error: Some("States.Timeout".to_owned()), cause: None }
}
