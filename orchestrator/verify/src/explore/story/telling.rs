//! A story: everything that is told of a run.

use std::collections::BTreeSet;

use serde::Serialize;

use super::line::{Line, Weight};
use super::moment;
use crate::explore::ending::{Ending, StepEnding};
use crate::explore::judge::Broken;
use crate::explore::schedule::Injection;
use crate::explore::search::Counterexample;
use crate::explore::trace::Happened;

/// A run, told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// What replays it.
    pub schedule: String,
    /// The command that replays it.
    pub command: String,
    /// What was made to go wrong, in order.
    pub injected: Vec<InjectionTold>,
    /// What happened, in order.
    pub lines: Vec<Line>,
    /// How the sagas stood at the end.
    pub at_rest: Vec<SagaTold>,
    /// What must not be; empty when all is well.
    pub broken: Vec<BrokenTold>,
}

/// One thing that was made to go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InjectionTold {
    /// Where.
    pub site: String,
    /// Its name.
    pub fault: &'static str,
    /// What it is.
    pub told: &'static str,
}

/// One saga at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SagaTold {
    /// Its id.
    pub saga: String,
    /// Its state.
    pub state: &'static str,
    /// Its steps, in their order.
    pub steps: Vec<StepTold>,
}

/// One step at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepTold {
    /// Its name.
    pub step: &'static str,
    /// Its state in the ledger; none if it has no row.
    pub ledger: Option<&'static str>,
    /// How often the books show its effect.
    pub applied: usize,
    /// How often they show that it was taken back.
    pub reversed: usize,
    /// What the books call what happened.
    pub effects: Vec<&'static str>,
}

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenTold {
    /// Its name: `S2`, `liveness`.
    pub invariant: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// The saga, or the product.
    pub of: String,
    /// What is wrong.
    pub what: String,
}

impl Story {
    /// Tells a run. `arguments` are those with which `amends verify` explores the same thing: a machine's file, the
    /// scenario.
    pub fn of(run: &Counterexample, arguments: &str) -> Self {
        let schedule = run.schedule.to_string();
        let space = if arguments.is_empty() { "" } else { " " };
        let moments = &run.trace.moments;
        let sagas: BTreeSet<_> = moments.iter().filter_map(|moment| saga_of(&moment.what)).collect();
        let several = sagas.len() > 1;
        // Numbered as they are told: what says nothing has no line.
        let lines = moments.iter().map(|moment| moment::line(moment, several));
        let lines = lines.filter(|line| line.weight != Weight::Nothing);
        let lines = lines.zip(1..).map(|(line, number)| Line { number, ..line });
        Self {
            command: format!("amends verify{space}{arguments} --schedule '{schedule}'"),
            schedule,
            injected: run.schedule.injections.iter().map(injected).collect(),
            lines: lines.collect(),
            at_rest: run.endings.iter().map(at_rest).collect(),
            broken: run.broken.iter().map(broken).collect(),
        }
    }
}

fn saga_of(what: &Happened) -> Option<&str> {
    match what {
        Happened::Saga { after, .. } => Some(after.id.as_str()),
        _ => None,
    }
}

fn injected(injection: &Injection) -> InjectionTold {
    let Injection { site, fault } = injection;
    InjectionTold { site: site.clone(), fault: fault.name(), told: fault.told() }
}

fn at_rest(ending: &Ending) -> SagaTold {
    let steps = ending.steps.iter().map(|step| {
        let StepEnding { step, ledger, applied, reversed, effects } = step.clone();
        StepTold { step, ledger: ledger.map(amends_store::LedgerStatus::name), applied, reversed, effects }
    });
    SagaTold { saga: ending.saga.clone(), state: ending.state.name(), steps: steps.collect() }
}

fn broken(broken: &Broken) -> BrokenTold {
    let Broken { invariant, sentence, of, what } = broken.clone();
    BrokenTold { invariant, sentence, of, what }
}
