//! What lasts for a whole run, however often the process dies in it: time, choices, and what happened.

mod befall;

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amends_engine::clock::{Simulation, Spawn, VirtualClock};
use amends_saga::{StepPolicy, TaskPayload};
use amends_types::{BoxFuture, Clock, RunName, SagaId, Timestamp};
use tokio::sync::watch;

use crate::explore::action::Action;
use crate::explore::actor::{Acting, Actor, Current, stand_still};
use crate::explore::choices::{Choices, Site};
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::trace::{Happened, Moment, Trace};

/// When every run begins.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
/// More than anybody does at one instant.
const MOST_ACTIONS: u32 = 100_000;
/// Lives of the process beyond this are alike.
const MOST_LIVES_TOLD_APART: u32 = 3;

/// What the present process lets a fault do.
pub(crate) trait Process: Send + Sync {
    /// Delivers a task once more; nobody waits for its answer.
    fn deliver(&self, payload: TaskPayload) -> BoxFuture<'static, ()>;
    /// Stops an execution, as an operator does.
    fn stop(&self, run: RunName) -> BoxFuture<'static, ()>;
    /// Relays, sweeps and delivers, as another coordinator does.
    fn pass(&self) -> BoxFuture<'static, ()>;
    /// The saga's time is up, and a sweeper looks.
    fn run_out_of_time(&self, saga: SagaId) -> BoxFuture<'static, ()>;
    /// The last engine adopts the sagas of the first.
    fn adopt(&self) -> BoxFuture<'static, ()>;
    /// Has what is stuck undone once more, as an operator does.
    fn repair(&self) -> BoxFuture<'static, ()>;
    /// Cancels a saga, as a customer does.
    fn cancel(&self, saga: SagaId) -> BoxFuture<'static, ()>;
}

/// One run.
pub(crate) struct World {
    pub(crate) clock: VirtualClock,
    pub(crate) choices: Choices,
    /// Without the reductions.
    pub(crate) full: bool,
    pub(crate) current: Arc<Current>,
    state: Mutex<State>,
    /// How long the process stays down, once it has been killed.
    killed: watch::Sender<Option<Duration>>,
    over: watch::Sender<bool>,
    /// Whether a stuck saga is being repaired, or was.
    repairing: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    trace: Trace,
    /// How many actors there were of each name.
    actors: HashMap<String, u32>,
    /// Attempts under way.
    attempts: u32,
    policies: HashMap<&'static str, StepPolicy>,
    simulation: Option<Simulation>,
    process: Option<Arc<dyn Process>>,
    /// Tasks that arrive again when everything is over.
    copies: Vec<TaskPayload>,
    /// Tasks that arrive again when a saga is repaired.
    copies_for_the_repair: Vec<TaskPayload>,
    /// Whether a saga may have two executions at once.
    crowded: bool,
    first_saga: Option<SagaId>,
    syncs: u32,
    /// When something was done last, and how often since time passed last.
    busy: (Duration, u32),
    /// How often the process has begun.
    lives: u32,
    /// Tasks of which no answer arrives any more.
    unheard: BTreeSet<String>,
}

impl World {
    pub(crate) fn new(choices: Choices, full: bool) -> Arc<Self> {
        Arc::new(Self {
            clock: VirtualClock::starting_at(START),
            choices,
            full,
            current: Arc::default(),
            state: Mutex::default(),
            killed: watch::Sender::new(None),
            over: watch::Sender::new(false),
            repairing: watch::Sender::new(false),
        })
    }

    /// One in which nothing happens.
    #[cfg(test)]
    pub(crate) fn idle() -> Arc<Self> {
        use crate::explore::choices::Plan;
        Self::new(Choices::new(Plan::At(Vec::new()), FaultSet::NONE), false)
    }

    /// A process begins.
    pub(crate) fn begin_life(&self, simulation: &Simulation, policies: HashMap<&'static str, StepPolicy>) {
        self.killed.send_replace(None);
        let mut state = self.state();
        state.simulation = Some(simulation.clone());
        state.process = None;
        state.lives += 1;
        state.attempts = 0;
        state.policies = policies;
        drop(state);
        self.note("process", Happened::ProcessStarted);
    }

    pub(crate) fn set_process(&self, process: Arc<dyn Process>) {
        self.state().process = Some(process);
    }

    /// Nothing of the process is left; what it held is dropped.
    pub(crate) fn end_life(&self) {
        let (process, simulation) = {
            let mut state = self.state();
            (state.process.take(), state.simulation.take())
        };
        drop(process);
        if let Some(simulation) = simulation {
            simulation.kill();
        }
    }

    /// An actor of this kind: `charge.execute` becomes `charge.execute.1`. With several sagas, the second one's begin
    /// with its id.
    pub(crate) fn actor(&self, kind: &str, task: Option<TaskPayload>) -> Arc<Actor> {
        let mut state = self.state();
        let named = match &task {
            Some(task) if *state.first_saga.get_or_insert_with(|| task.saga_id.clone()) != task.saga_id => {
                format!("{}:{kind}", task.saga_id)
            }
            _ => kind.to_owned(),
        };
        let count = state.actors.entry(named.clone()).or_default();
        *count += 1;
        let name = format!("{named}.{count}");
        drop(state);
        Actor::new(name.into(), task, self.clock.monotonic())
    }

    /// Does `work` as this actor.
    pub(crate) fn act<'a, T>(&self, actor: &Arc<Actor>, work: BoxFuture<'a, T>) -> Acting<'a, T> {
        Acting::new(actor.clone(), self.current.clone(), work)
    }

    /// Writes down what the current actor did.
    pub(crate) fn happened(&self, what: Happened) {
        let actor = self.current.get().map_or_else(|| "engine".into(), |actor| actor.name.clone());
        self.note_of(actor, what);
    }

    pub(crate) fn note(&self, actor: &str, what: Happened) {
        self.note_of(actor.into(), what);
    }

    fn note_of(&self, actor: Arc<str>, what: Happened) {
        // Not `now`: that is what the process believes.
        let at = START.plus(self.clock.monotonic());
        self.state().trace.moments.push(Moment { at, actor, what });
    }

    pub(crate) fn with_trace<T>(&self, look: impl FnOnce(&Trace) -> T) -> T {
        look(&self.state().trace)
    }

    pub(crate) fn take_trace(&self) -> Trace {
        std::mem::take(&mut self.state().trace)
    }

    /// Offers what can go wrong where no actor is, and at once.
    pub(crate) fn offer(&self, site: Site, faults: FaultSet) -> Option<Fault> {
        self.offer_in(site, faults, None)
    }

    fn offer_in(&self, site: Site, faults: FaultSet, look: Option<u64>) -> Option<Fault> {
        let fault = self.choices.offer(site.clone(), faults, look)?;
        self.note_of(site.actor.clone(), Happened::Injected { site: site.to_string(), fault });
        Some(fault)
    }

    /// The current actor is about to do something. Lets happen to it what must happen, and answers what is left for
    /// the caller to do wrong. `faults` are those of the thing that it does.
    pub(crate) async fn meet(
        self: &Arc<Self>,
        action: Action,
        faults: FaultSet,
        look: Option<u64>,
    ) -> Option<Fault> {
        let actor = self.current.get()?;
        self.assert_time_passes();
        let faults = action.faults(&actor, self.full).and(faults);
        let site = Site { actor: actor.name.clone(), action: action.name, nth: actor.count(action.name) };
        let fault = self.offer_in(site, faults, look)?;
        self.befall(&actor, action, fault).await
    }

    /// Who goes round without ever waiting is in one poll for ever.
    fn assert_time_passes(&self) {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let (since, actions) = state.busy;
        state.busy = if since == now { (now, actions + 1) } else { (now, 0) };
        drop(state);
        assert!(actions < MOST_ACTIONS, "{MOST_ACTIONS} times something was done, and no time has passed");
    }

    /// The current actor is about to answer; nothing comes of it if no answer to its task arrives any more.
    pub(crate) async fn unless_unheard(&self) {
        let Some(actor) = self.current.get() else { return };
        let is_unheard = |task| self.state().unheard.contains(&name_of(task));
        if actor.task.as_ref().is_some_and(is_unheard) {
            actor.die(false);
            stand_still().await;
        }
    }

    /// Tells states apart that differ in what lasts here.
    pub(crate) fn fingerprint(&self) -> u64 {
        let state = self.state();
        let mut hasher = DefaultHasher::new();
        (state.lives.min(MOST_LIVES_TOLD_APART), &state.unheard).hash(&mut hasher);
        hasher.finish()
    }

    /// Stops the execution that the current actor works for.
    pub(crate) async fn stop_current(&self) {
        if let Some(actor) = self.current.get() {
            self.stop(&actor).await;
        }
    }

    async fn stop(&self, actor: &Actor) {
        if let (Some(process), Some(task)) = (self.process(), &actor.task) {
            process.stop(task.run.clone()).await;
        }
    }

    async fn cancel(&self, actor: &Actor) {
        if let (Some(process), Some(task)) = (self.process(), &actor.task) {
            process.cancel(task.saga_id.clone()).await;
        }
    }

    /// The process is killed, and stays down for so long.
    pub(crate) fn kill(&self, down: Duration) {
        self.killed.send_replace(Some(down));
    }

    pub(crate) fn is_killed(&self) -> Option<Duration> {
        *self.killed.borrow()
    }

    /// Complete when the process has been killed.
    pub(crate) async fn until_killed(&self) {
        let mut killed = self.killed.subscribe();
        drop(killed.wait_for(Option::is_some).await);
    }

    /// Everything is over: whoever waited for that goes on.
    pub(crate) fn set_over(&self) {
        self.over.send_replace(true);
    }

    /// One attempt more is under way, or one less; says how many there are.
    pub(crate) fn attempts(&self, more: bool) -> u32 {
        let mut state = self.state();
        state.attempts = if more { state.attempts + 1 } else { state.attempts.saturating_sub(1) };
        state.attempts
    }

    /// The number of the next sync of the journal.
    pub(crate) fn next_sync(&self) -> u32 {
        let mut state = self.state();
        state.syncs += 1;
        state.syncs
    }

    /// Another coordinator passes over everything just now.
    pub(crate) async fn pass(&self) {
        if let Some(process) = self.process() {
            process.pass().await;
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Another engine adopts what the first one runs.
    async fn adopt(&self) {
        self.set_crowded();
        if let Some(process) = self.process() {
            process.adopt().await;
        }
    }

    async fn run_out_of_time(&self, actor: &Actor) {
        if let (Some(process), Some(task)) = (self.process(), &actor.task) {
            process.run_out_of_time(task.saga_id.clone()).await;
        }
    }

    async fn repair_too(&self) {
        if let Some(process) = self.process() {
            process.repair().await;
        }
    }

    /// From now on a saga may have two executions at once.
    pub(crate) fn set_crowded(&self) {
        self.state().crowded = true;
    }

    pub(crate) fn is_crowded(&self) -> bool {
        self.state().crowded
    }

    /// A repair is under way: whoever waited for that goes on.
    pub(crate) fn set_repairing(&self) {
        self.repairing.send_replace(true);
        let copies = std::mem::take(&mut self.state().copies_for_the_repair);
        self.deliver_all(copies);
    }

    /// Whether a saga is being repaired, or was.
    pub(crate) fn is_repairing(&self) -> bool {
        *self.repairing.borrow()
    }

    /// Delivers the copies that were kept; nobody waits for them.
    pub(crate) fn deliver_copies(&self) {
        let copies = std::mem::take(&mut self.state().copies);
        self.deliver_all(copies);
    }

    fn deliver_all(&self, copies: Vec<TaskPayload>) {
        let (Some(process), Some(simulation)) = (self.process(), self.state().simulation.clone()) else {
            return;
        };
        copies.into_iter().for_each(|copy| simulation.spawn(process.deliver(copy)));
    }

    pub(crate) fn keep_copy(&self, payload: TaskPayload) {
        self.state().copies.push(payload);
    }

    pub(crate) fn keep_copy_for_the_repair(&self, payload: TaskPayload) {
        self.state().copies_for_the_repair.push(payload);
    }

    pub(crate) fn has_copies(&self) -> bool {
        let state = self.state();
        !state.copies.is_empty() || !state.copies_for_the_repair.is_empty()
    }

    /// Not under the lock: what it does comes back here.
    fn process(&self) -> Option<Arc<dyn Process>> {
        self.state().process.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_of(task: &TaskPayload) -> String {
    format!("{}/{}.{}", task.saga_id, task.step, task.op.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "no time has passed")]
    fn who_does_the_same_for_ever_in_one_poll_is_found_out() {
        let world = World::idle();
        let simulation = Simulation::new(world.clock.clone());
        let (actor, busy) = (world.actor("delivery", None), world.clone());
        let work = async move {
            loop {
                busy.meet(Action::READ, FaultSet::NONE, None).await;
            }
        };
        let _: Option<Option<()>> = simulation.run(world.act(&actor, Box::pin(work)));
    }
}
