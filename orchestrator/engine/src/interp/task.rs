//! Task: an attempt is scheduled, and answered, or takes too long.

use std::sync::Arc;
use std::time::Duration;

use amends_asl::{Integration, Pattern, Seconds, States, Task};
use serde_json::Value;

use super::context::Scope;
use super::data;
use super::failure::{Failure, Origin};
use super::lambda;
use super::occurrence::{Action, Invocation, TaskId, TimerId};
use super::reply::Reply;
use super::run::Flow;
use super::turn::{Counters, Turn};
use super::visit::{Attempt, Awaits, Heartbeat, Timer, Visit};
use crate::history::{Event, TaskEvent, TaskKind};

/// What a worker said at last.
pub(super) struct Answer {
    pub(super) task: TaskId,
    pub(super) result: Result<Value, Failure>,
}

/// Begins an attempt: the first one, or a retry, for which all data is computed anew.
pub(super) fn enter(
    task: &Task,
    scope: &Scope<'_>,
    counters: &mut Counters,
    turn: &mut Turn<'_>,
) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    let parameters = data::apply_template(task.parameters.as_ref(), &input, scope)?;
    data::check_size(scope, &parameters)?;
    let timeout = seconds(task.timeout.as_ref(), &input, scope)?;
    let heartbeat = seconds(task.heartbeat.as_ref(), &input, scope)?;
    record(task, scope, counters, turn, || TaskEvent::Scheduled {
        parameters: Arc::clone(&parameters),
        timeout_seconds: timeout,
        heartbeat_seconds: heartbeat,
    });
    record(task, scope, counters, turn, || TaskEvent::Started);
    if !is_supported(&task.resource.integration) {
        return Err(unsupported(task, scope, counters, turn));
    }
    counters.tasks += 1;
    let attempt = Attempt {
        task: TaskId(counters.tasks),
        since: turn.at,
        timeout: timeout.map(|seconds| set_timer(seconds, counters, turn)),
        heartbeat: heartbeat.map(|seconds| Heartbeat { seconds, timer: set_timer(seconds, counters, turn) }),
    };
    turn.actions.push(Action::Invoke(Invocation {
        task: attempt.task,
        resource: Arc::clone(&task.resource.arn),
        parameters: Arc::unwrap_or_clone(parameters),
    }));
    Ok(Flow::Hold(Awaits::Answer(attempt)))
}

/// The invocation of an attempt that is under way, computed again from the same data.
pub(super) fn invocation_again(task: &Task, attempt: &Attempt, scope: &Scope<'_>) -> Option<Invocation> {
    let input = data::effective_input(scope).ok()?;
    let parameters = data::apply_template(task.parameters.as_ref(), &input, scope).ok()?;
    Some(Invocation {
        task: attempt.task,
        resource: Arc::clone(&task.resource.arn),
        parameters: Arc::unwrap_or_clone(parameters),
    })
}

/// The attempt was answered.
pub(super) fn answered(
    task: &Task,
    answer: Answer,
    scope: &Scope<'_>,
    counters: &mut Counters,
    turn: &mut Turn<'_>,
) -> Result<Flow, Failure> {
    let reply = answer.result.map_err(|failure| clean_cause(task, failure)).and_then(|output| {
        let reply = Reply::new(task, output, turn.entropy);
        if reply.is_too_large() {
            let cause = data::too_large(limited_name(task));
            return Err(Failure::data_limit(Origin::Attempt, cause));
        }
        Ok(reply)
    });
    match reply {
        Ok(reply) => {
            record(task, scope, counters, turn, || TaskEvent::Succeeded { output: Arc::new(reply.result()) });
            let selected = reply.select(task, scope)?;
            let merged = data::merge(&task.result_path, scope, selected)?;
            Ok(Flow::Leave { output: data::output(scope, &merged)?, next: task.next })
        }
        Err(failure) => {
            record_failed(task, &failure, scope, counters, turn);
            Err(failure)
        }
    }
}

/// One of the attempt's timers fired.
pub(super) fn timed_out(
    task: &Task,
    attempt: &Attempt,
    timer: TimerId,
    scope: &Scope<'_>,
    counters: &mut Counters,
    turn: &mut Turn<'_>,
) -> Failure {
    record(task, scope, counters, turn, || TaskEvent::TimedOut);
    let is_timeout = attempt.timeout.is_some_and(|timeout| timeout.id == timer);
    Failure::timeout(if is_timeout { Origin::Timeout } else { Origin::Heartbeat })
}

/// The worker is still at work: from now on it may be silent for as long again.
pub(super) fn heartbeat(visit: &mut Visit, task: TaskId, counters: &mut Counters, turn: &mut Turn<'_>) {
    if let Awaits::Answer(attempt) = &mut visit.awaits
        && attempt.task == task
        && let Some(heartbeat) = &mut attempt.heartbeat
    {
        turn.cancel(std::iter::once(heartbeat.timer), None);
        heartbeat.timer = set_timer(heartbeat.seconds, counters, turn);
    }
}

fn set_timer(seconds: u32, counters: &mut Counters, turn: &mut Turn<'_>) -> Timer {
    let at = turn.at.plus(Duration::from_secs(u64::from(seconds)));
    turn.set_timer(counters, at)
}

fn seconds(limit: Option<&Seconds>, input: &Value, scope: &Scope<'_>) -> Result<Option<u32>, Failure> {
    let seconds = limit.map(|limit| limit.evaluate(&States::of(input), scope)).transpose();
    seconds.map_err(|error| Failure::runtime(error.to_string()))
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

fn is_supported(integration: &Integration) -> bool {
    match integration {
        Integration::LambdaFunction => true,
        Integration::Activity => false,
        Integration::Service { service, pattern, .. } => {
            &**service == "lambda" && *pattern == Pattern::RequestResponse
        }
    }
}

fn unsupported(task: &Task, scope: &Scope<'_>, counters: &mut Counters, turn: &mut Turn<'_>) -> Failure {
    let cause = format!("this engine cannot call {} yet; it calls Lambda functions only", task.resource.arn);
    let error = "Amends.IntegrationNotSupported".to_owned();
    let failure = Failure { error, cause: Some(cause), origin: Origin::Attempt };
    record_failed(task, &failure, scope, counters, turn);
    failure
}

fn record_failed(
    task: &Task,
    failure: &Failure,
    scope: &Scope<'_>,
    counters: &mut Counters,
    turn: &mut Turn<'_>,
) {
    let Failure { error, cause, .. } = failure;
    record(task, scope, counters, turn, || TaskEvent::Failed { error: error.clone(), cause: cause.clone() });
}

fn record(
    task: &Task,
    scope: &Scope<'_>,
    counters: &mut Counters,
    turn: &mut Turn<'_>,
    event: impl FnOnce() -> TaskEvent,
) {
    turn.record(counters, || Event::Task { kind: kind(task, scope), event: event() });
}

fn kind(task: &Task, scope: &Scope<'_>) -> TaskKind {
    let arn = Arc::clone(&task.resource.arn);
    match &task.resource.integration {
        Integration::LambdaFunction => TaskKind::LambdaFunction { arn },
        Integration::Activity => TaskKind::Activity { arn },
        Integration::Service { service, action, .. } => TaskKind::Service {
            resource_type: Arc::clone(service),
            resource: Arc::clone(action),
            region: scope.identity.region().into(),
        },
    }
}
