//! What is explored: the machines of a saga, or a file in the place of one of them; in a scenario, on a store.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use amends_asl::StateMachine;
use amends_saga::{Op, SagaDefinition};
use amends_verify::explore::Setup;
use amends_verify::order::OrderScenario;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use super::left_out::LeftOut;
use crate::failure::Failure;
use crate::sagas;

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[value(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScenarioName {
    /// One order of two products
    OneOrder,
    /// Two orders at once that want the last item
    LastItem,
    /// Two orders at once that have nothing to do with each other
    SideBySide,
    /// One order that is stuck until people repair it
    Repaired,
    /// One order, and several coordinators
    Coordinators,
    /// One order, and two engines, one of which is taken for lost
    LostEngine,
}

/// Where sagas are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreName {
    /// In memory
    Memory,
    /// In a SQLite file
    Sqlite,
}

impl ScenarioName {
    pub(crate) const ALL: [Self; 6] = [
        Self::OneOrder,
        Self::LastItem,
        Self::SideBySide,
        Self::Repaired,
        Self::Coordinators,
        Self::LostEngine,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OneOrder => "one_order",
            Self::LastItem => "last_item",
            Self::SideBySide => "side_by_side",
            Self::Repaired => "repaired",
            Self::Coordinators => "coordinators",
            Self::LostEngine => "lost_engine",
        }
    }

    fn scenario(self) -> OrderScenario {
        match self {
            Self::OneOrder => OrderScenario::one_order(),
            Self::LastItem => OrderScenario::last_item(),
            Self::SideBySide => OrderScenario::side_by_side(),
            Self::Repaired => OrderScenario::repaired(),
            Self::Coordinators => OrderScenario::coordinators(),
            Self::LostEngine => OrderScenario::lost_engine(),
        }
    }
}

impl StoreName {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
        }
    }
}

/// The machines that are explored.
#[derive(Debug)]
pub(crate) struct Target {
    /// The saga.
    pub(crate) saga: String,
    machine: Option<Machine>,
    left_out: Vec<LeftOut>,
}

/// A machine that somebody wrote.
#[derive(Debug)]
struct Machine {
    path: String,
    text: String,
    goes_forward: bool,
}

impl Target {
    /// What somebody asked for: a saga, a file, or nothing.
    pub(crate) fn read(what: Option<&str>) -> Result<Self, Failure> {
        let definitions = sagas::definitions();
        let names: Vec<&str> = definitions.iter().map(SagaDefinition::name).collect();
        let Some(what) = what else {
            return Ok(Self::generated(names[0]));
        };
        if names.contains(&what) {
            return Ok(Self::generated(what));
        }
        if !Path::new(what).exists() && !what.contains(['/', '.', '\\']) {
            let names = names.join(", ");
            let message =
                format!("there is no saga {what:?}; there are {names}, and files of state machines");
            return Err(Failure::Unusable(message));
        }
        let unusable = |reason: String| Failure::Unusable(format!("cannot explore {what}: {reason}"));
        let text = std::fs::read_to_string(what).map_err(|error| unusable(error.to_string()))?;
        let tasks = tasks(&text).map_err(&unusable)?;
        let saga = saga_of(&tasks, &definitions).map_err(&unusable)?;
        let goes_forward = tasks.iter().any(|(_, op)| op == Op::Execute.name());
        let machine = Some(Machine { path: what.to_owned(), text, goes_forward });
        Ok(Self { saga, machine, left_out: Vec::new() })
    }

    fn generated(saga: &str) -> Self {
        Self { saga: saga.to_owned(), machine: None, left_out: Vec::new() }
    }

    /// Leaves out these faults and invariants.
    pub(crate) fn without(mut self, left_out: &[LeftOut]) -> Self {
        self.left_out = left_out.to_vec();
        self
    }

    /// The file, if there is one.
    pub(crate) fn file(&self) -> Option<&str> {
        self.machine.as_ref().map(|machine| machine.path.as_str())
    }

    /// What is explored, for a person.
    pub(crate) fn told(&self) -> String {
        let saga = match &self.machine {
            None => format!("{}, with the generated state machines", self.saga),
            Some(Machine { path, goes_forward: true, .. }) => format!("{}, with {path}", self.saga),
            Some(Machine { path, .. }) => format!("{}, compensated by {path}", self.saga),
        };
        if self.left_out.is_empty() {
            return saga;
        }
        format!("{saga}; left out: {}", LeftOut::names(&self.left_out).replace(',', ", "))
    }

    /// Everything in memory; another store is put in by whoever has one.
    pub(crate) fn setup(&self, scenario: ScenarioName) -> Result<Setup, Failure> {
        let setup = Setup::new(Arc::new(scenario.scenario()));
        let setup = match &self.machine {
            None => Ok(setup),
            Some(Machine { text, goes_forward: true, .. }) => setup.with_forward_machine(text),
            Some(Machine { text, .. }) => setup.with_unwind_machine(text),
        };
        let setup = setup.map_err(|error| Failure::Unusable(error.to_string()))?;
        Ok(LeftOut::all_from(setup, &self.left_out))
    }

    /// The arguments with which the same thing is explored again.
    pub(crate) fn arguments(&self, scenario: ScenarioName, store: StoreName) -> String {
        let file = self.file().map_or_else(String::new, |path| format!("{} ", quoted(path)));
        let store = if store == StoreName::Memory { "" } else { " --store sqlite" };
        let without = if self.left_out.is_empty() {
            String::new()
        } else {
            format!(" --without {}", LeftOut::names(&self.left_out))
        };
        format!("{file}--scenario {}{store}{without}", scenario.name())
    }
}

/// As a shell reads it.
fn quoted(path: &str) -> String {
    let is_harmless = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if path.chars().all(is_harmless) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// What the machine asks of workers: steps, and what is to be done with them.
fn tasks(text: &str) -> Result<BTreeSet<(String, String)>, String> {
    StateMachine::parse(text).map_err(|error| format!("it is no valid state machine: {error}"))?;
    let machine: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let states = machine["States"].as_object().into_iter().flat_map(|states| states.values());
    let payloads = states.map(|state| &state["Parameters"]["Payload"]);
    let asked = payloads.filter_map(|payload| {
        Some((payload["step"].as_str()?.to_owned(), payload["op"].as_str()?.to_owned()))
    });
    let asked: BTreeSet<_> = asked.collect();
    if asked.is_empty() {
        return Err("none of its tasks asks for a step of a saga".into());
    }
    Ok(asked)
}

/// The saga whose steps these are.
fn saga_of(tasks: &BTreeSet<(String, String)>, definitions: &[SagaDefinition]) -> Result<String, String> {
    let asked = || tasks.iter().filter(|(_, op)| op != Op::Settle.name()).map(|(step, _)| step.as_str());
    let unknown = |definition: &SagaDefinition| -> BTreeSet<String> {
        let known = |step: &&str| definition.steps().iter().any(|own| own.name == *step);
        asked().filter(|step| !known(step)).map(str::to_owned).collect()
    };
    if let Some(found) = definitions.iter().find(|definition| unknown(definition).is_empty()) {
        return Ok(found.name().to_owned());
    }
    let told = definitions.iter().map(|definition| {
        let steps: Vec<_> = unknown(definition).into_iter().collect();
        format!("{} has no step {}", definition.name(), steps.join(", "))
    });
    Err(told.collect::<Vec<_>>().join("; "))
}
