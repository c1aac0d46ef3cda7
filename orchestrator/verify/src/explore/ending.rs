//! How a saga stood when a run had come to rest: each step in the ledger, and in the books.

use amends_store::{LedgerStatus, SagaState};

use crate::effect::Direction;
use crate::evidence::Evidence;

/// One saga at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Its id.
    pub saga: String,
    /// Its verdict, if it has one.
    pub state: SagaState,
    /// Its steps, in their order.
    pub steps: Vec<StepEnding>,
}

/// One step of a saga at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepEnding {
    /// Its name.
    pub step: &'static str,
    /// What the ledger says; nothing if it has no row.
    pub ledger: Option<LedgerStatus>,
    /// How often the books show its effect.
    pub applied: usize,
    /// How often they show that it was taken back.
    pub reversed: usize,
    /// What the books call what happened, in order.
    pub effects: Vec<&'static str>,
}

impl Ending {
    pub(crate) fn of(evidence: &Evidence<'_>) -> Self {
        let steps = evidence.definition.steps().iter().map(|step| StepEnding {
            step: step.name,
            ledger: evidence.row(step.name).map(|row| row.status),
            applied: evidence.count(step.name, Direction::Applied),
            reversed: evidence.count(step.name, Direction::Reversed),
            effects: effects(evidence, step.name),
        });
        Self { saga: evidence.saga.id.to_string(), state: evidence.saga.state, steps: steps.collect() }
    }
}

fn effects(evidence: &Evidence<'_>, step: &str) -> Vec<&'static str> {
    evidence.effects.iter().filter(|effect| effect.step == step).map(|effect| effect.name).collect()
}
