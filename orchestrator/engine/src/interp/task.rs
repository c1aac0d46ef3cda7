//! Task: an attempt is scheduled, and answered, or takes too long.

use std::sync::Arc;
use std::time::Duration;

use amends_asl::{Chance, Integration, Pattern, QueryLanguage, Seconds, States, Task};
use serde_json::Value;

use super::context::Scope;
use super::data::{self, Shape};
use super::failure::{Failure, Origin};
use super::lambda;
use super::occurrence::{Action, Invocation, TaskId, TimerId};
use super::reply::Reply;
use super::run::Flow;
use super::turn::Turn;
use super::visit::{Attempt, Awaits, Heartbeat, Timer};
use crate::history::{Event, TaskEvent, TaskKind};

/// What a worker said at last.
pub(super) struct Answer {
    pub(super) task: TaskId,
    pub(super) result: Result<Value, Failure>,
}

/// Begins an attempt: the first one, or a retry, for which all data is computed anew.
pub(super) fn enter(task: &Task, mut scope: Scope<'_>, turn: &mut Turn<'_>) -> Result<Flow, Failure> {
    let (id, since) = (turn.counters.next_task(), turn.at);
    let secret = Chance::new(turn.entropy ^ u64::from(id.0) << 32).next();
    scope.token = Some((id, secret));
    let call = Call::make(task, &scope)?;
    data::check_size(&scope, &call.parameters)?;
    let is_activity = is_activity(task);
    if !is_activity {
        record(task, &scope, turn, || call.event());
        record(task, &scope, turn, || TaskEvent::Started { worker: None });
    }
    turn.counters.begin_task();
    let timeout = call.timeout.map(|seconds| set_timer(seconds, turn));
    // Nobody is silent before somebody has the task.
    let heartbeat = call.heartbeat.map(|seconds| {
        let timer = (!is_activity).then(|| set_timer(seconds, turn));
        Heartbeat { seconds, timer }
    });
    let resource = Arc::clone(&task.resource.arn);
    let parameters = Arc::unwrap_or_clone(call.parameters);
    turn.actions.push(Action::Invoke(Invocation { task: id, resource, parameters, secret }));
    let attempt =
        Attempt { task: id, secret, since, is_accepted: false, is_begun: false, timeout, heartbeat };
    Ok(Flow::Hold(Awaits::Answer(attempt)))
}

/// The invocation of an attempt that is under way, computed again from the same data.
pub(super) fn invocation_again(task: &Task, attempt: &Attempt, mut scope: Scope<'_>) -> Option<Invocation> {
    scope.token = Some((attempt.task, attempt.secret));
    let input = data::effective_input(&scope).ok()?;
    let parameters = data::apply_template(task.parameters.as_ref(), &input, &scope).ok()?;
    Some(Invocation {
        task: attempt.task,
        resource: Arc::clone(&task.resource.arn),
        parameters: Arc::unwrap_or_clone(parameters),
        secret: attempt.secret,
    })
}

/// What the state asks for.
struct Call {
    parameters: Arc<Value>,
    timeout: Option<u32>,
    heartbeat: Option<u32>,
    role_arn: Option<Arc<str>>,
}

impl Call {
    fn make(task: &Task, scope: &Scope<'_>) -> Result<Self, Failure> {
        let input = data::effective_input(scope)?;
        let parameters = data::apply_template(task.parameters.as_ref(), &input, scope)?;
        let timeout = seconds(task.timeout.as_ref(), &input, scope)?;
        let heartbeat = seconds(task.heartbeat.as_ref(), &input, scope)?;
        let credentials =
            task.credentials.as_ref().map(|template| template.evaluate(&States::of(&input), scope));
        let credentials = credentials.transpose().map_err(|error| Failure::evaluation(scope, &error))?;
        let role_arn = credentials.as_ref().and_then(|given| given["RoleArn"].as_str()).map(Arc::from);
        Ok(Self { parameters, timeout, heartbeat, role_arn })
    }

    fn event(&self) -> TaskEvent {
        TaskEvent::Scheduled {
            parameters: Arc::clone(&self.parameters),
            timeout_seconds: self.timeout,
            heartbeat_seconds: self.heartbeat,
            role_arn: self.role_arn.clone(),
        }
    }
}

/// Whether the attempt must be invoked again after a restart: not if somebody has it who was given its token.
pub(super) fn is_to_be_asked_again(task: &Task, attempt: &Attempt) -> bool {
    let answers_by_token = is_activity(task) || pattern(task) == Pattern::WaitForTaskToken;
    !(attempt.is_begun && answers_by_token)
}

/// The activity is there: its task is scheduled.
pub(super) fn accepted(task: &Task, attempt: &mut Attempt, mut scope: Scope<'_>, turn: &mut Turn<'_>) {
    scope.token = Some((attempt.task, attempt.secret));
    if attempt.is_accepted || !is_activity(task) {
        return;
    }
    attempt.is_accepted = true;
    // It was made when the attempt began, and nothing that it is made of has changed.
    if let Ok(call) = Call::make(task, &scope) {
        record(task, &scope, turn, || call.event());
    }
}

/// The attempt was answered.
pub(super) fn answered(
    task: &Task,
    answer: Answer,
    scope: &Scope<'_>,
    turn: &mut Turn<'_>,
) -> Result<Flow, Failure> {
    match reply(task, answer.result, turn.entropy) {
        Ok(reply) => {
            record(task, scope, turn, || TaskEvent::Succeeded { output: Arc::new(reply.result()) });
            let result = match scope.state.query_language {
                QueryLanguage::JsonPath => reply.select(task, scope)?,
                QueryLanguage::Jsonata => Arc::new(reply.into_result()),
            };
            let shape = Shape { result_selector: None, result_path: &task.result_path };
            data::leave_with(scope, result, shape, task.next)
        }
        Err(failure) => {
            let Failure { error, cause, .. } = &failure;
            record(task, scope, turn, || TaskEvent::Failed { error: error.clone(), cause: cause.clone() });
            Err(failure)
        }
    }
}

/// What a worker's answer amounts to.
pub(super) fn reply(task: &Task, result: Result<Value, Failure>, entropy: u64) -> Result<Reply, Failure> {
    let output = result.map_err(|failure| clean_cause(task, failure))?;
    let reply = Reply::new(task, output, entropy);
    if reply.is_too_large() {
        return Err(result_too_large(task));
    }
    Ok(reply)
}

pub(super) fn result_too_large(task: &Task) -> Failure {
    Failure::data_limit(Origin::Attempt, data::too_large(limited_name(task)))
}

/// What was asked for has begun.
pub(super) fn submitted(
    task: &Task,
    attempt: &mut Attempt,
    output: Value,
    scope: &Scope<'_>,
    turn: &mut Turn<'_>,
) {
    if attempt.is_begun || pattern(task) == Pattern::RequestResponse {
        return;
    }
    attempt.is_begun = true;
    let result = Reply::of_submission(task, output, turn.entropy).into_result();
    record(task, scope, turn, || TaskEvent::Submitted { output: Arc::new(result) });
}

/// A worker took the task of an activity. From now on it may be silent for so long.
pub(super) fn started(
    task: &Task,
    attempt: &mut Attempt,
    worker: Option<String>,
    scope: &Scope<'_>,
    turn: &mut Turn<'_>,
) {
    if attempt.is_begun || !is_activity(task) {
        return;
    }
    attempt.is_begun = true;
    record(task, scope, turn, || TaskEvent::Started { worker });
    if let Some(heartbeat) = &mut attempt.heartbeat {
        heartbeat.timer = Some(set_timer(heartbeat.seconds, turn));
    }
}

/// One of the attempt's timers fired.
pub(super) fn timed_out(
    task: &Task,
    attempt: &Attempt,
    timer: TimerId,
    scope: &Scope<'_>,
    turn: &mut Turn<'_>,
) -> Failure {
    record(task, scope, turn, || TaskEvent::TimedOut);
    abandon(task, attempt, turn);
    let is_timeout = attempt.timeout.is_some_and(|timeout| timeout.id == timer);
    Failure::timeout(if is_timeout { Origin::Timeout } else { Origin::Heartbeat })
}

/// Nobody waits for the attempt any more. A Lambda function cannot be stopped; what else was begun may be.
pub(super) fn abandon(task: &Task, attempt: &Attempt, turn: &mut Turn<'_>) {
    if is_activity(task) || pattern(task) != Pattern::RequestResponse {
        turn.actions.push(Action::Abandon { task: attempt.task });
    }
}

/// The worker is still at work: from now on it may be silent for as long again.
pub(super) fn heartbeat(attempt: &mut Attempt, turn: &mut Turn<'_>) {
    if let Some(heartbeat) = &mut attempt.heartbeat {
        turn.cancel(heartbeat.timer.into_iter(), None);
        heartbeat.timer = Some(set_timer(heartbeat.seconds, turn));
    }
}

fn set_timer(seconds: u32, turn: &mut Turn<'_>) -> Timer {
    let at = turn.at.plus(Duration::from_secs(u64::from(seconds)));
    turn.set_timer(at)
}

/// How long a limit of the state is.
pub(super) fn seconds(
    limit: Option<&Seconds>,
    input: &Value,
    scope: &Scope<'_>,
) -> Result<Option<u32>, Failure> {
    let seconds = limit.map(|limit| limit.evaluate(&States::of(input), scope)).transpose();
    seconds.map_err(|error| Failure::evaluation(scope, &error))
}

fn clean_cause(task: &Task, failure: Failure) -> Failure {
    if !task.resource.is_lambda_invoke() {
        return failure;
    }
    Failure { cause: failure.cause.as_deref().map(lambda::compact_cause), ..failure }
}

/// What a result that is too large is said to come from.
fn limited_name(task: &Task) -> &str {
    match &task.resource.integration {
        Integration::LambdaFunction | Integration::Activity => &task.resource.arn,
        Integration::Service { service, .. } => service,
    }
}

fn is_activity(task: &Task) -> bool {
    task.resource.integration == Integration::Activity
}

fn pattern(task: &Task) -> Pattern {
    match task.resource.integration {
        Integration::LambdaFunction | Integration::Activity => Pattern::RequestResponse,
        Integration::Service { pattern, .. } => pattern,
    }
}

fn record(task: &Task, scope: &Scope<'_>, turn: &mut Turn<'_>, event: impl FnOnce() -> TaskEvent) {
    turn.record(|| Event::Task { kind: kind(task, scope), event: event() });
}

fn kind(task: &Task, scope: &Scope<'_>) -> TaskKind {
    let arn = Arc::clone(&task.resource.arn);
    match &task.resource.integration {
        Integration::LambdaFunction => TaskKind::LambdaFunction { arn },
        Integration::Activity => TaskKind::Activity { arn },
        Integration::Service { service, action, .. } => TaskKind::Service {
            resource_type: Arc::clone(service),
            resource: Arc::clone(action),
            region: scope.frame.identity.region().into(),
        },
    }
}
