//! What a search explores: a scenario, the two state machines, and which faults there are.

use std::sync::Arc;

use amends_asl::{DefinitionError, StateMachine};
use amends_engine::driver::ParsedMachines;
use amends_saga::SagaDefinition;
use amends_store::{MemoryStore, Store};
use amends_types::{Clock, DeploymentId};
use thiserror::Error;

use crate::explore::choices::{Choices, Plan};
use crate::explore::disk::memory_store;
use crate::explore::fault::FaultSet;
use crate::explore::judge::{DURABILITY, LIVENESS, PANIC};
use crate::explore::scenario::{Parts, Scenario};
use crate::explore::setting::Setting;
use crate::explore::times::{TaskTimes, times_of};
use crate::explore::wire::Wire;
use crate::explore::world::World;
use crate::invariants::{INVARIANTS, Invariant};
use crate::tweaks::Tweaks;

/// Makes the store of a run.
pub type MakeStore = Arc<dyn Fn(Arc<dyn Clock>) -> Arc<dyn Store> + Send + Sync>;

/// What a search explores.
#[derive(Clone)]
pub struct Setup {
    pub(crate) scenario: Arc<dyn Scenario>,
    pub(crate) setting: Setting,
    pub(crate) definition: SagaDefinition,
    pub(crate) forward_machine: String,
    pub(crate) unwind_machine: String,
    /// The times of the Task states of both machines.
    pub(crate) times: Vec<TaskTimes>,
    /// The faults that may be injected.
    pub(crate) faults: FaultSet,
    /// The invariants that are checked.
    pub(crate) invariants: Vec<Invariant>,
    /// Whether it is checked that everything ends, and at no needless cost.
    pub(crate) liveness: bool,
    /// Whether it is checked that no execution goes back.
    pub(crate) durability: bool,
    /// Without the reductions.
    pub(crate) full: bool,
    pub(crate) store: MakeStore,
    pub(crate) tweaks: Arc<Tweaks>,
    pub(crate) parsed: Arc<ParsedMachines>,
}

/// A state machine that cannot be run.
#[derive(Debug, Error)]
#[error("the state machine is not valid: {0}")]
pub struct InvalidMachine(#[from] DefinitionError);

impl Setup {
    /// The scenario, with the machines that are generated from its saga, every fault and every invariant.
    pub fn new(scenario: Arc<dyn Scenario>) -> Self {
        let world = World::new(Choices::new(Plan::At(Vec::new()), FaultSet::NONE), false);
        let clock: Arc<dyn Clock> = Arc::new(world.clock.clone());
        let store = Arc::new(MemoryStore::new(clock.clone(), DeploymentId::fixed(0)));
        let parts = Parts { store, clock: clock.clone(), wire: Wire::new(world) };
        let definition = scenario.stage(clock).saga(parts).definition().clone();
        let (forward_machine, unwind_machine) = (definition.forward_machine(), definition.unwind_machine());
        let setting = scenario.setting();
        Self {
            times: times_of([&forward_machine, &unwind_machine]),
            forward_machine,
            unwind_machine,
            setting,
            scenario,
            definition,
            faults: setting.faults(),
            invariants: INVARIANTS.to_vec(),
            liveness: true,
            durability: true,
            full: false,
            store: Arc::new(memory_store),
            tweaks: Arc::default(),
            parsed: Arc::default(),
        }
    }

    /// The saga.
    pub fn definition(&self) -> &SagaDefinition {
        &self.definition
    }

    /// The name of the scenario.
    pub fn scenario(&self) -> &str {
        self.scenario.name()
    }

    /// Runs this machine instead of the generated one.
    ///
    /// # Errors
    /// When it is not valid.
    pub fn with_forward_machine(mut self, text: &str) -> Result<Self, InvalidMachine> {
        StateMachine::parse(text)?;
        text.clone_into(&mut self.forward_machine);
        self.times = times_of([&self.forward_machine, &self.unwind_machine]);
        Ok(self)
    }

    /// Runs this machine instead of the generated one that only compensates.
    ///
    /// # Errors
    /// When it is not valid.
    pub fn with_unwind_machine(mut self, text: &str) -> Result<Self, InvalidMachine> {
        StateMachine::parse(text)?;
        text.clone_into(&mut self.unwind_machine);
        self.times = times_of([&self.forward_machine, &self.unwind_machine]);
        Ok(self)
    }

    /// Injects only these faults, as far as they can happen in the scenario's setting.
    #[must_use]
    pub fn with_faults(mut self, faults: FaultSet) -> Self {
        self.faults = faults.within(self.setting.faults());
        self
    }

    /// Injects none of these.
    #[must_use]
    pub fn without_faults(mut self, faults: FaultSet) -> Self {
        self.faults = self.faults.without(faults);
        self
    }

    /// Checks only the invariants that `keep` keeps; it is asked for [`LIVENESS`] and [`DURABILITY`]
    /// too.
    #[must_use]
    pub fn with_invariants(mut self, keep: impl Fn(&str) -> bool) -> Self {
        self.invariants.retain(|invariant| keep(invariant.id));
        self.liveness &= keep(LIVENESS);
        self.durability &= keep(DURABILITY);
        self
    }

    /// Whether what breaks this counts. A panic always does.
    pub(crate) fn checks(&self, id: &str) -> bool {
        match id {
            PANIC => true,
            LIVENESS => self.liveness,
            DURABILITY => self.durability,
            _ => self.invariants.iter().any(|invariant| invariant.id == id),
        }
    }

    /// Searches without the reductions: many more runs, and the same must be found.
    #[must_use]
    pub fn without_reductions(mut self) -> Self {
        self.full = true;
        self
    }

    /// Keeps sagas in another store.
    #[must_use]
    pub fn with_store(mut self, store: MakeStore) -> Self {
        self.store = store;
        self
    }

    pub(crate) fn with_tweaks(mut self, tweaks: Tweaks) -> Self {
        self.tweaks = Arc::new(tweaks);
        self
    }
}
