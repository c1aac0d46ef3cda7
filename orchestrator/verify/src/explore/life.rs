//! One life of the process: everything that an embedded `amends` is made of, put together as it does it.

use std::sync::Arc;
use std::time::Duration;

use amends_coordinator::{
    Cancel, Decision, EmbeddedStepFunctions, Execution, SagaKind, SagaWorker, StepFunctions, adopt, cancel,
    deliver_owed, extend_deadlines, relay, sweep,
};
use amends_engine::clock::Simulation;
use amends_engine::driver::{Engine, EngineOptions, Limits};
use amends_engine::journal::DirectoryId;
use amends_harness::{Harness, HarnessOptions};
use amends_saga::{SagaDefinition, TaskPayload};
use amends_store::{SagaLock, SagaQuery, SagaRow, SagaState, Store, StoreError};
use amends_types::{BoxFuture, Clock, Entropy, RunName, SagaId, Timestamp};

use crate::explore::action::STARTING;
use crate::explore::disk::{Directory, Disk};
use crate::explore::fingerprint::{Fingerprint, Paths};
use crate::explore::functions::ExploredFunctions;
use crate::explore::journal::ExploredStorage;
use crate::explore::repair;
use crate::explore::scenario::{Parts, Stage};
use crate::explore::setting::Setting;
use crate::explore::setup::Setup;
use crate::explore::store::ExploredStore;
use crate::explore::trace::{Ended, Happened};
use crate::explore::wire::Wire;
use crate::explore::worker::ExploredWorker;
use crate::explore::world::{Process, World};

/// The journal of every run.
const DIRECTORY: DirectoryId = DirectoryId([7; 16]);

/// The same jitter for every retry, so that a run is a function of its faults alone.
struct Jitter;

impl Entropy for Jitter {
    fn next_u64(&self) -> u64 {
        // Two thirds of the longest delay.
        0xAAAA_AAAA_AAAA_AAAA
    }
}

/// What one life needs.
pub(crate) struct Birth<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) world: &'a Arc<World>,
    pub(crate) stage: &'a Arc<dyn Stage>,
    pub(crate) disk: &'a Disk,
    pub(crate) wire: &'a Wire,
    pub(crate) paths: &'a Arc<Paths>,
}

/// One life of the process.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) world: Arc<World>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) functions: ExploredFunctions,
    /// The engines besides the first one.
    others: Vec<ExploredFunctions>,
    pub(crate) stage: Arc<dyn Stage>,
    pub(crate) worker: ExploredWorker,
    pub(crate) kind: SagaKind,
    clock: Arc<dyn Clock>,
}

impl Life {
    /// Puts everything together. The leases of the process before are ended first, as its lock on the data directory
    /// proves that it is dead; only then may the engine go on.
    pub(crate) async fn begin(birth: Birth<'_>, simulation: &Simulation) -> Result<Self, String> {
        let Birth { setup, world, stage, disk, wire, paths } = birth;
        let clock: Arc<dyn Clock> = Arc::new(world.clock.clone());
        let told: Arc<dyn Store> =
            Arc::new(ExploredStore { inner: disk.store.clone(), world: world.clone() });
        let store = match &setup.tweaks.store {
            Some(change) => change(told, world),
            None => told,
        };
        let parts = Parts { store: store.clone(), clock: clock.clone(), wire: wire.clone() };
        let saga = stage.saga(parts);
        let kind = kind_of(&setup.definition);
        let harness = Harness::new(HarnessOptions {
            store: store.clone(),
            clock: clock.clone(),
            entropy: disk.tokens.clone(),
            sagas: vec![saga],
        });
        let actor = world.actor(STARTING, None);
        let work = async {
            harness.end_leases_of_dead_workers().await.map_err(|error| error.to_string())?;
            extend_deadlines(&*store, &kind, None).await.map(drop).map_err(|error| error.to_string())
        };
        world.act(&actor, Box::pin(work)).await.unwrap_or(Ok(()))?;
        let fingerprint = Arc::new(Fingerprint {
            store: disk.store.clone(),
            stage: stage.clone(),
            wire: wire.clone(),
            paths: paths.clone(),
        });
        let (world, tweaks) = (world.clone(), setup.tweaks.clone());
        let worker = ExploredWorker { harness, world: world.clone(), fingerprint, tweaks };
        let engine = open_engine(setup, &world, (disk.directory(), disk), &worker, simulation)?;
        let functions = |inner| ExploredFunctions {
            inner,
            world: world.clone(),
            store: store.clone(),
            kind: kind.clone(),
            tweaks: setup.tweaks.clone(),
            shared: setup.setting == Setting::Coordinators,
        };
        let mut others = Vec::new();
        let ids = setup.setting.engines();
        for id in ids.iter().skip(1) {
            let other = open_engine(setup, &world, (Directory::default(), disk), &worker, simulation)?;
            others.push(functions(EmbeddedStepFunctions::one_of_several(other, *id)));
        }
        let functions = functions(match ids.first() {
            Some(id) => EmbeddedStepFunctions::one_of_several(engine, *id),
            None => EmbeddedStepFunctions::new(engine),
        });
        let life = Self { world, store, functions, others, stage: stage.clone(), worker, kind, clock };
        life.world.set_process(Arc::new(life.clone()));
        Ok(life)
    }

    /// Every engine.
    pub(crate) fn engines(&self) -> impl Iterator<Item = &ExploredFunctions> {
        [&self.functions].into_iter().chain(&self.others)
    }

    /// Starts what waits in the outbox.
    pub(crate) async fn relay(&self, functions: &ExploredFunctions) -> Result<(), String> {
        let actor = self.world.actor("relay", None);
        let work = async {
            let relayed = relay(&*self.store, functions).await.map_err(|error| error.to_string())?;
            relayed
                .alarms
                .into_iter()
                .next()
                .map_or(Ok(()), |(saga, reason)| Err(format!("{saga}: {reason}")))
        };
        self.world.act(&actor, Box::pin(work)).await.unwrap_or(Ok(()))
    }

    /// Takes over what has no execution any more; answers the executions that run, and what a person must look at.
    pub(crate) async fn sweep(
        &self,
        functions: &ExploredFunctions,
    ) -> Result<(Vec<Execution>, Vec<String>), String> {
        let actor = self.world.actor("sweeper", None);
        let work = async {
            self.believe_ends().await;
            let swept = sweep(&*self.store, functions, &self.worker, &*self.clock, &self.kind).await;
            let swept = swept.map_err(|error| error.to_string())?;
            let alarms = swept.alarms.into_iter().map(|(saga, reason)| format!("{saga}: {reason}"));
            Ok((swept.started.into_iter().chain(swept.running).collect(), alarms.collect()))
        };
        self.world.act(&actor, Box::pin(work)).await.unwrap_or_else(|| Ok(Default::default()))
    }

    /// Sends what committed sagas owe; answers how many are still owed.
    pub(crate) async fn deliver(&self) -> Result<usize, String> {
        let actor = self.world.actor("delivery", None);
        let patience = Duration::from_secs(60);
        let work = async {
            self.deliver_early().await;
            let delivered = deliver_owed(&*self.store, &self.worker, &*self.clock, patience).await;
            delivered.map(|delivery| delivery.owed.len()).map_err(|error| error.to_string())
        };
        self.world.act(&actor, Box::pin(work)).await.unwrap_or(Ok(0))
    }

    /// What a mutant makes of executions that did not succeed, although their sagas are committed.
    async fn believe_ends(&self) {
        if !self.worker.tweaks.believes_ends {
            return;
        }
        let failed = |ended: &&Ended| ended.status != "SUCCEEDED";
        let runs: Vec<String> = self
            .world
            .with_trace(|trace| trace.ends().filter(failed).map(|ended| ended.run.clone()).collect());
        let written = self.store.transact(move |tx| {
            let sagas = tx.sagas(&SagaQuery { limit: usize::MAX, ..SagaQuery::default() })?;
            for mut saga in sagas.into_iter().filter(|saga| saga.state == SagaState::Committed) {
                if runs.iter().any(|run| *run == saga.id.as_str()) {
                    saga.state = SagaState::Compensated;
                    tx.update_saga(&saga)?;
                }
            }
            Ok::<_, StoreError>(())
        });
        drop(written.await);
    }

    /// What a mutant sends before it is owed.
    async fn deliver_early(&self) {
        let Some(step) = self.worker.tweaks.delivers_early else { return };
        let open = SagaQuery { open: true, limit: 1, ..SagaQuery::default() };
        let open = self.store.query(move |tx| tx.sagas(&open)).await;
        for saga in open.unwrap_or_else(|_: StoreError| Vec::new()) {
            drop(self.worker.deliver(&saga.id, step).await);
        }
    }

    async fn stop_as_operator(self, run: RunName) {
        let Some(machine) = self.world.with_trace(|trace| trace.machine_of(run.as_str())) else { return };
        let execution = Execution { machine, run };
        // An execution that has ended meanwhile cannot be stopped, and an operator is told so.
        for functions in self.engines() {
            drop(functions.stop(&execution, "stopped by an operator").await);
        }
    }

    async fn cancel_as_customer(self, saga: SagaId) {
        let answer = cancel(&*self.store, &saga, Decision::new("shop", "cancelled by the customer")).await;
        let told = match answer {
            Ok(Cancel::Requested) => {
                self.world.note("customer", Happened::Cancelled { saga });
                return;
            }
            Ok(other) => format!("cancels {saga}, and hears {other:?}"),
            Err(error) => format!("cancels {saga}, and hears: {error}"),
        };
        self.world.note("customer", Happened::Noted(told));
    }
}

impl Process for Life {
    fn deliver(&self, payload: TaskPayload) -> BoxFuture<'static, ()> {
        let attempt = self.worker.clone().attempt(payload, false);
        Box::pin(async move { drop(attempt.await) })
    }

    fn stop(&self, run: RunName) -> BoxFuture<'static, ()> {
        Box::pin(self.clone().stop_as_operator(run))
    }

    fn pass(&self) -> BoxFuture<'static, ()> {
        let life = self.clone();
        Box::pin(async move {
            // Whatever fails here is tried again by the coordinator that goes on.
            for functions in life.engines() {
                drop(life.relay(functions).await);
                drop(life.sweep(functions).await);
            }
            drop(life.deliver().await);
        })
    }

    fn run_out_of_time(&self, saga: SagaId) -> BoxFuture<'static, ()> {
        let life = self.clone();
        Box::pin(async move {
            // Not through the explored store: nobody does this.
            let expire = life.worker.fingerprint.store.transact(move |tx| {
                let open = tx.saga(&saga, SagaLock::Update)?.filter(SagaRow::is_open);
                let deadline = Timestamp::from_micros(tx.now().as_micros() - 1_000_000);
                open.map_or(Ok(()), |saga| tx.update_saga(&SagaRow { deadline, ..saga }))
            });
            let _: Result<(), StoreError> = expire.await;
            for functions in life.engines() {
                drop(life.sweep(functions).await);
            }
        })
    }

    fn adopt(&self) -> BoxFuture<'static, ()> {
        let life = self.clone();
        Box::pin(async move {
            let (Some(lost), Some(to)) = (life.functions.engine_id(), life.others.last()) else { return };
            let actor = life.world.actor("adopter", None);
            let work = adopt(&*life.store, to, &life.kind, lost);
            // What it could not do is done by the relay and the sweeper of its engine.
            drop(life.world.act(&actor, Box::pin(work)).await);
        })
    }

    fn repair(&self) -> BoxFuture<'static, ()> {
        let life = self.clone();
        Box::pin(async move { repair::retry_what_is_stuck(&life).await })
    }

    fn cancel(&self, saga: SagaId) -> BoxFuture<'static, ()> {
        let actor = self.world.actor("customer", None);
        let world = self.world.clone();
        let work = self.clone().cancel_as_customer(saga);
        Box::pin(async move {
            world.act(&actor, Box::pin(work)).await;
        })
    }
}

fn kind_of(definition: &SagaDefinition) -> SagaKind {
    SagaKind {
        name: definition.name().to_owned(),
        unwind_name: definition.unwind_name(),
        time_limit: Duration::from_secs(definition.deadline_seconds()),
    }
}

fn open_engine(
    setup: &Setup,
    world: &Arc<World>,
    (directory, disk): (Directory, &Disk),
    worker: &ExploredWorker,
    simulation: &Simulation,
) -> Result<Engine, String> {
    let seen = disk.store.clone();
    let options = EngineOptions {
        entropy: Arc::new(Jitter),
        watermark: Arc::new(move || seen.commit_sequence()),
        // The run sees that the process was killed.
        on_fatal: Arc::new(|_| {}),
        parsed: setup.parsed.clone(),
        // So small that a saga fills several: what is open is carried forward, and segments are removed.
        limits: Limits { segment_bytes: 8 * 1024, segments: 1, ..Limits::default() },
        ..EngineOptions::new(DIRECTORY, Arc::new(worker.clone()))
    };
    let forgets = setup.tweaks.journal_forgets;
    let storage = Arc::new(ExploredStorage { inner: directory.journal, world: world.clone(), forgets });
    let engine = Engine::simulate(simulation, storage, Arc::new(directory.archive), options)
        .map_err(|error| error.to_string())?;
    for (name, text) in [
        (setup.definition.name().to_owned(), &setup.forward_machine),
        (setup.definition.unwind_name(), &setup.unwind_machine),
    ] {
        engine.register_machine(&name, text).map_err(|error| error.to_string())?;
    }
    Ok(engine)
}
