//! What becomes of whoever a fault happens to: it dies, or stands still, for how long.

use std::sync::Arc;
use std::time::Duration;

use amends_engine::clock::Spawn;
use amends_saga::StepPolicy;
use amends_types::{BoxFuture, Clock};
use futures_util::future::select;

use super::{World, name_of};
use crate::explore::action::{Action, Kind};
use crate::explore::actor::{Actor, stand_still};
use crate::explore::fault::Fault;

/// How long a process that is down for a day stays down: longer than a provider remembers a key.
const A_DAY: Duration = Duration::from_secs(25 * 60 * 60);
/// How much longer than the state's time limit a frozen worker stands still.
const PAST_THE_STATE: Duration = Duration::from_secs(15);

impl World {
    pub(super) async fn befall(
        self: &Arc<Self>,
        actor: &Arc<Actor>,
        action: Action,
        fault: Fault,
    ) -> Option<Fault> {
        match fault {
            Fault::WorkerDies => actor.die(true),
            Fault::WorkerHangs => actor.die(false),
            Fault::Unheard => {
                self.state().unheard.extend(actor.task.as_ref().map(name_of));
                actor.die(false);
            }
            Fault::Frozen => actor.freeze(self.frozen(actor, action)),
            Fault::FrozenToTheEnd => actor.freeze(self.until_over()),
            Fault::FrozenToTheRepair => actor.freeze(self.until_repaired()),
            Fault::Overtaken => actor.freeze(self.overtaken(actor, action)?),
            Fault::StoppedMeanwhile => {
                self.stop(actor).await;
                actor.freeze(self.until_over());
            }
            Fault::Cancelled => {
                self.cancel(actor).await;
                return None;
            }
            Fault::OutOfTime => {
                self.run_out_of_time(actor).await;
                return None;
            }
            Fault::EngineLost => {
                self.adopt().await;
                return None;
            }
            Fault::CoordinatorOvertaken => {
                self.pass().await;
                return None;
            }
            Fault::TwoOperators => {
                self.repair_too().await;
                return None;
            }
            Fault::CoordinatorDies => actor.die(true),
            Fault::ProcessKilled => self.kill(Duration::ZERO),
            Fault::DownForADay => self.kill(A_DAY),
            other => return Some(other),
        }
        stand_still().await;
        None
    }

    fn frozen(&self, actor: &Actor, action: Action) -> BoxFuture<'static, ()> {
        let step = actor.task.as_ref().map_or("", |task| &task.step);
        let policy = self.state().policies.get(step).copied().unwrap_or(StepPolicy::REQUIRED);
        let until = match action.kind {
            // Whatever is sent late still arrives within the settle time of the step: it is all that a step may
            // count on, and no protocol could do with less.
            Kind::Call => actor.began + policy_quiet(&policy),
            _ => self.clock.monotonic() + seconds(policy.state_seconds) + PAST_THE_STATE,
        };
        self.clock.sleep(until.saturating_sub(self.clock.monotonic()))
    }

    fn until_over(&self) -> BoxFuture<'static, ()> {
        let mut over = self.over.subscribe();
        Box::pin(async move {
            // The world outlives everybody in it.
            drop(over.wait_for(|over| *over).await);
        })
    }

    /// Until a saga is repaired; or, if none is, until everything is over.
    fn until_repaired(&self) -> BoxFuture<'static, ()> {
        let mut repairing = self.repairing.subscribe();
        let over = self.until_over();
        Box::pin(async move {
            let repaired = Box::pin(async move { drop(repairing.wait_for(|repairing| *repairing).await) });
            drop(select(repaired, over).await);
        })
    }

    /// Until a second delivery of the actor's task is done; but no request is sent later than any may be.
    fn overtaken(&self, actor: &Actor, action: Action) -> Option<BoxFuture<'static, ()>> {
        let again = self.again(actor)?;
        if action.kind != Kind::Call {
            return Some(again);
        }
        let latest = self.frozen(actor, action);
        Some(Box::pin(async move { drop(select(again, latest).await) }))
    }

    /// Delivers the actor's task once more; complete when that is done.
    fn again(&self, actor: &Actor) -> Option<BoxFuture<'static, ()>> {
        let task = actor.task.clone()?;
        let (delivered, ended) = tokio::sync::oneshot::channel();
        let delivery = self.process()?.deliver(task);
        let simulation = self.state().simulation.clone()?;
        simulation.spawn(Box::pin(async move {
            delivery.await;
            // Who was overtaken may have been killed meanwhile.
            let _: Result<(), ()> = delivered.send(());
        }));
        Some(Box::pin(async move { drop(ended.await) }))
    }
}

/// How long after its beginning an attempt may, at the very worst, still have a request on its way.
fn policy_quiet(policy: &StepPolicy) -> Duration {
    seconds(policy.lease_seconds + policy.settle_seconds / 2)
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}
