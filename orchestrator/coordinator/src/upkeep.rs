//! Upkeep: what a coordinator does all the time, besides taking orders.
//!
//! Each pass does what is due: starts what waits in the outbox, sweeps, adopts what lost engines leave, delivers what is
//! owed, and looks for what a person must know. Any number of coordinators may do this on one store at once.

use std::sync::Arc;
use std::time::Duration;

use amends_store::{Store, StoreError};
use amends_types::{Clock, EngineId, SagaId};

use crate::alarm::{Alarm, AlarmKind, Alarms, find_alarms};
use crate::relay::{RelayError, relay};
use crate::sweeper::{sweep, sweep_one};
use crate::{Execution, Pulse, SagaKind, SagaWorker, StepFunctions, adopt, deliver_owed, find_saga};

/// What a coordinator works with.
#[derive(Clone)]
pub struct Coordinator {
    /// Where sagas are.
    pub store: Arc<dyn Store>,
    /// Where their executions run.
    pub functions: Arc<dyn StepFunctions>,
    /// Who has the steps.
    pub worker: Arc<dyn SagaWorker>,
    /// The time of this process.
    pub clock: Arc<dyn Clock>,
    /// Which sagas.
    pub kind: SagaKind,
}

impl Coordinator {
    /// Follows a saga to its end: waits for its execution, and helps when that ends without a verdict. Answers when
    /// nothing runs for it any more, whatever became of it.
    ///
    /// # Errors
    /// When the store or Step Functions fails; the next pass of the upkeep goes on then.
    pub async fn follow(&self, saga: &SagaId, execution: Execution) -> Result<(), RelayError> {
        let mut execution = execution;
        // Three unwinds and a settlement at most: what is still open then is the next pass's.
        for _ in 0..5 {
            self.functions.wait_for_end(&execution).await?;
            let row = find_saga(&*self.store, saga).await?;
            if row.is_none_or(|row| !row.is_open()) {
                return Ok(());
            }
            let Self { store, functions, worker, clock, kind } = self;
            let swept = sweep_one(&**store, &**functions, &**worker, &**clock, kind, saga).await?;
            match swept.started.into_iter().chain(swept.running).next() {
                Some(next) => execution = next,
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// How often what is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpkeepOptions {
    /// How often the outbox is looked at.
    pub relay_every: Duration,
    /// How often all open sagas are looked at, notices that are owed are tried, and alarms are looked for.
    pub sweep_every: Duration,
    /// For how long a provider that hangs may keep a pass from going on.
    pub delivery_patience: Duration,
    /// An engine whose pulse stands still for so long is lost, and its sagas are unwound here.
    pub adopt_after: Duration,
}

impl Default for UpkeepOptions {
    fn default() -> Self {
        Self {
            relay_every: Duration::from_secs(1),
            sweep_every: Duration::from_secs(15),
            delivery_patience: Duration::from_secs(20),
            adopt_after: Duration::from_secs(300),
        }
    }
}

/// What one pass came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Executions that were started. Whoever follows executions follows these.
    pub started: Vec<Execution>,
    /// Executions that run within their time, if the pass looked.
    pub running: Vec<Execution>,
    /// Engines that are lost and had sagas.
    pub lost: Vec<EngineId>,
    /// Notices that were delivered late.
    pub delivered: usize,
    /// What a person must look at and was not told before; none in a pass that did not look.
    pub alarms: Vec<Alarm>,
    /// How many such things there are in all, if the pass looked.
    pub open_alarms: Option<usize>,
}

/// The upkeep of one coordinator.
pub struct Upkeep {
    coordinator: Coordinator,
    options: UpkeepOptions,
    pulse: Option<Pulse>,
    next_beat: Duration,
    next_relay: Duration,
    next_sweep: Duration,
    alarms: Alarms,
}

impl Upkeep {
    /// The upkeep of this coordinator; everything is due at once.
    pub fn new(coordinator: Coordinator, options: UpkeepOptions) -> Self {
        let pulse = coordinator.functions.engine_id().map(|engine| Pulse::new(engine, options.adopt_after));
        let zero = Duration::ZERO;
        let alarms = Alarms::default();
        Self { coordinator, options, pulse, next_beat: zero, next_relay: zero, next_sweep: zero, alarms }
    }

    /// Does what is due, and answers what came of it.
    ///
    /// # Errors
    /// When the store or Step Functions fails; what was not done is due again at the next pass.
    pub async fn pass(&mut self) -> Result<Kept, RelayError> {
        let mut kept = Kept::default();
        let now = self.coordinator.clock.monotonic();
        if now >= self.next_beat {
            self.beat(&mut kept).await?;
            self.next_beat = now + Pulse::EVERY;
        }
        let mut alarms = Vec::new();
        if now >= self.next_relay {
            let relayed = relay(&*self.coordinator.store, &*self.coordinator.functions).await?;
            kept.started.extend(relayed.started);
            let alarm = |(saga, text)| Alarm { kind: AlarmKind::CannotStart, saga, text };
            alarms.extend(relayed.alarms.into_iter().map(alarm));
            self.next_relay = now + self.options.relay_every;
        }
        if now >= self.next_sweep {
            alarms.extend(self.sweep(&mut kept).await?);
            kept.open_alarms = Some(alarms.len());
            kept.alarms = self.alarms.renew(alarms);
            self.next_sweep = now + self.options.sweep_every;
        }
        Ok(kept)
    }

    async fn beat(&mut self, kept: &mut Kept) -> Result<(), RelayError> {
        let Some(pulse) = &mut self.pulse else { return Ok(()) };
        let Coordinator { store, functions, clock, kind, .. } = &self.coordinator;
        for lost in pulse.beat(&**store, &**clock).await? {
            let adopted = adopt(&**store, &**functions, kind, lost).await?;
            if !adopted.is_empty() {
                kept.lost.push(lost);
                kept.started.extend(adopted);
            }
        }
        Ok(())
    }

    async fn sweep(&self, kept: &mut Kept) -> Result<Vec<Alarm>, RelayError> {
        let Coordinator { store, functions, worker, clock, kind } = &self.coordinator;
        let swept = sweep(&**store, &**functions, &**worker, &**clock, kind).await?;
        kept.started.extend(swept.started);
        kept.running.extend(swept.running);
        let unsettled = |(saga, text)| Alarm { kind: AlarmKind::Unsettled, saga, text };
        let mut alarms: Vec<Alarm> = swept.alarms.into_iter().map(unsettled).collect();
        let patience = self.options.delivery_patience;
        kept.delivered = deliver_owed(&**store, &**worker, &**clock, patience).await?.delivered;
        alarms.extend(find_alarms(&**store).await.map_err(|error: StoreError| RelayError::from(error))?);
        Ok(alarms)
    }
}
