//! Express executions: in memory, for five minutes at most, with nothing journalled.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use amends_asl::{Integration, Resource, StateMachine};
use amends_types::{Clock, Entropy, Timestamp};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::driver::service::{Abandoned, Submission};
use crate::driver::{ServiceCall, TaskFailure, TaskWorker, worker};
use crate::history::{HistoryEvent, Recording};
use crate::interp::{Action, Execution, Identity, Input, Invocation, Occurrence, Outcome, TaskId, TimerId};

/// How long an Express execution may last (Step Functions developer guide).
const MAX_DURATION: Duration = Duration::from_secs(300);

/// Runs Express executions. They are lost when the process ends, as Step Functions' own are not: whoever waits for one
/// starts it again.
#[derive(Clone)]
pub struct Express {
    /// Who does the tasks.
    pub worker: Arc<dyn TaskWorker>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The chance from which jitter is computed.
    pub entropy: Arc<dyn Entropy>,
}

/// An Express execution that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressAnswer {
    /// How.
    pub outcome: Outcome,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Timestamp,
    /// Its history, which Step Functions writes to logs.
    pub events: Vec<HistoryEvent>,
}

impl Express {
    /// Runs an execution to its end. Dropping the future ends it.
    pub async fn run(&self, machine: Arc<StateMachine>, identity: Identity, input: Value) -> ExpressAnswer {
        let started = self.clock.now();
        let run = Run {
            of: self,
            execution: Execution::new(machine, identity.clone()),
            identity,
            history: Recording::default(),
            tasks: FuturesUnordered::new(),
            timers: BTreeSet::new(),
            deadline: started.plus(MAX_DURATION),
        };
        let (outcome, events) = run.run(input).await;
        ExpressAnswer { outcome, started, stopped: self.clock.now(), events }
    }
}

impl Express {
    /// Does one task, as an execution of that identity would have it done.
    ///
    /// # Errors
    /// When it fails.
    pub async fn perform(&self, identity: &Identity, invocation: Invocation) -> Result<Value, TaskFailure> {
        let (task, worker) = (invocation.task, Arc::clone(&self.worker));
        let resource = Resource::parse(&invocation.resource).map(|resource| resource.integration);
        match resource {
            Some(Integration::Service { service, action, pattern }) if &*service != "lambda" => {
                let call = ServiceCall {
                    execution_arn: Arc::clone(&identity.execution_arn),
                    service,
                    action,
                    pattern,
                    parameters: invocation.parameters,
                    seed: invocation.secret,
                    submission: nobody(task),
                    abandoned: Abandoned(oneshot::channel().1),
                };
                worker::call_service(worker, call).await
            }
            _ => worker::call(worker, Arc::clone(&identity.execution_name), invocation).await,
        }
    }
}

struct Run<'a> {
    of: &'a Express,
    execution: Execution,
    identity: Identity,
    history: Recording,
    tasks: FuturesUnordered<BoxFuture<'static, Input>>,
    timers: BTreeSet<(Timestamp, TimerId)>,
    deadline: Timestamp,
}

impl Run<'_> {
    async fn run(mut self, input: Value) -> (Outcome, Vec<HistoryEvent>) {
        let mut next = Input::Started { input };
        loop {
            if let Some(outcome) = self.happen(next) {
                return (outcome, self.history.events);
            }
            let due = self.timers.first().copied();
            let until = due.map_or(self.deadline, |(at, _)| at.min(self.deadline));
            let sleep = self.of.clock.sleep(until.since(self.of.clock.now()));
            next = tokio::select! {
                Some(answer) = self.tasks.next() => answer,
                () = sleep => match due {
                    Some((at, timer)) if at <= self.deadline => {
                        self.timers.remove(&(at, timer));
                        Input::TimerFired { timer }
                    }
                    _ => return (Outcome::TimedOut, self.history.events),
                },
            };
        }
    }

    /// How it ended, if it did now.
    fn happen(&mut self, input: Input) -> Option<Outcome> {
        let (at, entropy) = (self.of.clock.now(), self.of.entropy.next_u64());
        let mut actions = Vec::new();
        self.execution.apply(Occurrence { at, entropy, input }, &mut self.history, &mut actions);
        for action in actions {
            match action {
                Action::Invoke(invocation) => {
                    let task = self.invoke(invocation);
                    self.tasks.push(task);
                }
                Action::SetTimer { timer, at } => drop(self.timers.insert((at, timer))),
                Action::CancelTimer { timer } => self.timers.retain(|(_, each)| *each != timer),
                // What it started elsewhere is dropped with the execution.
                Action::Abandon { .. } => {}
                Action::Finish(outcome) => return Some(outcome),
            }
        }
        None
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<'static, Input> {
        let (task, of, identity) = (invocation.task, self.of.clone(), self.identity.clone());
        Box::pin(async move { answer(task, of.perform(&identity, invocation).await) })
    }
}

/// Express state machines await no jobs: a definition with one is refused.
fn nobody(task: TaskId) -> Submission {
    let inbox = mpsc::channel(1).0.downgrade();
    Submission { inbox, execution: 0, task, is_reported: Arc::new(AtomicBool::new(false)) }
}

fn answer(task: TaskId, result: Result<Value, TaskFailure>) -> Input {
    match result {
        Ok(output) => Input::TaskSucceeded { task, output },
        Err(TaskFailure { error, cause }) => Input::TaskFailed { task, error, cause },
    }
}
