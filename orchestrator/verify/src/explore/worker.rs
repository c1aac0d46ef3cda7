//! Workers as a run sees them: each task that is delivered is an actor.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use amends_coordinator::SagaWorker;
use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_harness::Harness;
use amends_saga::{Op, TaskPayload};
use amends_types::{BoxFuture, Clock, RunName, SagaId};
use futures_util::FutureExt;
use serde_json::Value;

use crate::explore::action::Action;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::fingerprint::Fingerprint;
use crate::explore::trace::Happened;
use crate::explore::world::World;
use crate::tweaks::Tweaks;

/// Longer than any answer that Step Functions takes.
const OVERSIZED_BYTES: usize = 300 * 1024;

type Answer = Result<Value, TaskFailure>;

/// The workers of one life of the process.
#[derive(Clone)]
pub(crate) struct ExploredWorker {
    pub(crate) harness: Harness,
    pub(crate) world: Arc<World>,
    pub(crate) fingerprint: Arc<Fingerprint>,
    pub(crate) tweaks: Arc<Tweaks>,
}

/// While it lives, an attempt is under way.
struct UnderWay(Arc<World>);

impl UnderWay {
    fn new(world: &Arc<World>) -> (Self, u32) {
        let count = world.attempts(true);
        (Self(world.clone()), count)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.attempts(false);
    }
}

impl ExploredWorker {
    /// Delivers a task; `heard` if somebody waits for the answer.
    pub(crate) fn attempt(self, payload: TaskPayload, heard: bool) -> BoxFuture<'static, Answer> {
        let kind = match payload.op {
            Op::Settle => "settle".to_owned(),
            op => format!("{}.{}", payload.step, op.name()),
        };
        let actor = self.world.actor(&kind, Some(payload.clone()));
        let world = self.world.clone();
        Box::pin(async move {
            let work = world.act(&actor, Box::pin(self.work(payload, heard)));
            // The name that Step Functions gives to a function that ended without an answer.
            work.await.unwrap_or_else(|| Err(failure("Lambda.Unknown", "the worker died")))
        })
    }

    async fn work(self, payload: TaskPayload, heard: bool) -> Answer {
        let (under_way, count) = UnderWay::new(&self.world);
        self.world.happened(Happened::Delivered { payload: payload.clone() });
        if heard && self.fingerprint.paths.delivered(&payload, self.world.clock.monotonic()) {
            self.world.happened(Happened::WentBack { payload: payload.clone() });
        }
        let look = (heard && count == 1 && !self.world.full)
            .then(|| self.fingerprint.look(&self.world, &payload))
            .flatten();
        match self.world.meet(Action::DELIVER, FaultSet::NONE, look).await {
            Some(Fault::Throttled) => {
                return Err(failure("Lambda.TooManyRequestsException", "Rate Exceeded"));
            }
            Some(Fault::Twice) => {
                drop(self.clone().attempt(payload.clone(), false).await);
            }
            Some(Fault::AgainAtTheEnd) => self.world.keep_copy(payload.clone()),
            Some(Fault::AgainAtTheRepair) => self.world.keep_copy_for_the_repair(payload.clone()),
            Some(Fault::Stopped) => self.world.stop_current().await,
            Some(Fault::SecondCoordinator) => self.world.pass().await,
            _ => {}
        }
        let answer = self.handle(payload.clone()).await;
        self.world.happened(answered(&payload, &answer, heard));
        self.world.unless_unheard().await;
        let met = self.world.meet(Action::ANSWER, FaultSet::NONE, None).await;
        drop(under_way);
        if met == Some(Fault::Oversized) { Ok(Value::String("x".repeat(OVERSIZED_BYTES))) } else { answer }
    }

    async fn handle(&self, payload: TaskPayload) -> Answer {
        let payload = match &self.tweaks.task {
            Some(change) => change(&self.world, payload),
            None => payload,
        };
        let handled = AssertUnwindSafe(self.harness.handle(payload)).catch_unwind().await;
        let Ok(answer) = handled else {
            self.world.happened(Happened::Panicked);
            return Err(failure("Runtime.Panic", "the worker panicked"));
        };
        answer.map_err(|error| failure(error.kind.name(), &error.cause))
    }

    /// A step that is owed, as the coordinator has it done.
    async fn deliver_owed(self, saga: SagaId, step: String) -> Result<(), String> {
        let (run, op) = (saga.forward_run(), Op::Execute);
        let payload = TaskPayload { saga_id: saga.clone(), run, step: step.clone(), op, retry: 0 };
        let actor = self.world.actor(&format!("{step}.owed"), Some(payload.clone()));
        let world = self.world.clone();
        let work = async move {
            let (_under_way, _) = UnderWay::new(&self.world);
            let answer = self.harness.deliver(&saga, &step).await;
            let answer = answer.map_err(|error| failure(error.kind.name(), &error.cause));
            self.world.happened(answered(&payload, &answer, true));
            answer.map(drop).map_err(|failure| failure.cause)
        };
        world.act(&actor, Box::pin(work)).await.unwrap_or_else(|| Err("the worker died".into()))
    }
}

fn failure(error: &str, cause: &str) -> TaskFailure {
    TaskFailure { error: error.to_owned(), cause: cause.to_owned() }
}

fn answered(payload: &TaskPayload, answer: &Answer, heard: bool) -> Happened {
    let answer = match answer {
        Ok(summary) => Ok(summary.to_string()),
        Err(TaskFailure { error, cause }) => Err((error.clone(), cause.clone())),
    };
    Happened::Answered { payload: payload.clone(), answer, heard }
}

impl TaskWorker for ExploredWorker {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Answer> {
        let worker = self.clone();
        Box::pin(async move {
            let WorkerTask { function, payload, .. } = task;
            let payload: TaskPayload = match serde_json::from_value(payload) {
                Ok(payload) => payload,
                Err(error) => return Err(failure("Saga.Bug", &format!("the payload is no task: {error}"))),
            };
            // As on AWS, where each step has a function of its own.
            let expected = format!("amends-{}:live", payload.step);
            if function != expected {
                let cause = format!("there is no function {function}; the one of this step is {expected}");
                return Err(failure("Lambda.ResourceNotFoundException", &cause));
            }
            let answer = worker.clone().attempt(payload.clone(), true).await;
            let told = match &answer {
                Ok(summary) => summary.to_string(),
                Err(TaskFailure { error, cause }) => format!("{error}\n{cause}"),
            };
            let now = worker.world.clock.monotonic();
            worker.fingerprint.paths.answered(&payload, told, now);
            answer
        })
    }
}

impl SagaWorker for ExploredWorker {
    fn deliver<'a>(&'a self, saga: &'a SagaId, step: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.clone().deliver_owed(saga.clone(), step.to_owned()))
    }

    fn settle<'a>(&'a self, saga: &'a SagaId, run: &'a RunName) -> BoxFuture<'a, Result<(), String>> {
        let step = Op::Settle.name().to_owned();
        let payload = TaskPayload { saga_id: saga.clone(), run: run.clone(), step, op: Op::Settle, retry: 0 };
        let settled = self.clone().attempt(payload, true);
        Box::pin(async move { settled.await.map(drop).map_err(|failure| failure.cause) })
    }
}
