//! What an exploration came to; serialized, it is what `--json` prints.

use std::collections::BTreeMap;
use std::time::Duration;

use amends_verify::explore::{Counterexample, Found, NOT_COVERED, Story};
use serde::Serialize;

use super::target::{ScenarioName, StoreName, Target};

/// Everything that was searched.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    saga: String,
    /// The file in the place of a generated machine.
    machine: Option<String>,
    #[serde(skip)]
    pub(super) told: String,
    pub(crate) searches: Vec<Searched>,
    /// Why there were no runs by chance, if there were none.
    pub(super) not_by_chance: Option<&'static str>,
    /// Whether Ctrl-C ended it.
    pub(crate) interrupted: bool,
    /// The shortest run that broke something.
    pub(super) story: Option<Story>,
    pub(super) not_covered: &'static [&'static str],
}

/// One search.
#[derive(Debug, Serialize)]
pub(crate) struct Searched {
    pub(super) scenario: ScenarioName,
    pub(super) store: StoreName,
    pub(super) how: How,
    /// In each run, at most.
    pub(super) faults: u32,
    /// What runs by chance began with.
    pub(super) seed: Option<u64>,
    /// By the number of their faults; one number for runs by chance.
    pub(super) runs: Vec<u64>,
    pub(super) states: usize,
    /// Runs that were not made, because they follow from a state that was known.
    pub(super) merged: u64,
    pub(super) seconds: f64,
    pub(super) peak_memory_bytes: u64,
    /// Whether it was ended before its end.
    pub(super) interrupted: bool,
    /// How many runs broke which invariant.
    pub(super) broken: BTreeMap<&'static str, u64>,
    #[serde(skip)]
    pub(super) shortest: Option<Counterexample>,
}

/// How runs are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// All of them.
    Exhaustive,
    /// As chance has it, for a while.
    ByChance,
}

impl Searched {
    pub(super) fn new(
        (scenario, store): (ScenarioName, StoreName),
        (how, faults, seed): (How, u32, Option<u64>),
        found: Found,
        (took, peak_memory_bytes): (Duration, u64),
    ) -> Self {
        Self {
            scenario,
            store,
            how,
            faults,
            seed,
            runs: found.runs,
            states: found.states,
            merged: found.merged,
            seconds: took.as_secs_f64(),
            peak_memory_bytes,
            interrupted: found.interrupted,
            broken: found.broken,
            shortest: found.counterexamples.into_iter().next(),
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.runs.iter().sum()
    }
}

impl Outcome {
    pub(super) fn new(
        target: &Target,
        searches: Vec<Searched>,
        not_by_chance: Option<&'static str>,
        interrupted: bool,
    ) -> Self {
        let with_example = searches.iter().filter_map(|one| Some((one, one.shortest.as_ref()?)));
        let shortest = with_example.min_by_key(|(_, example)| example.schedule.injections.len());
        let story =
            shortest.map(|(one, example)| Story::of(example, &target.arguments(one.scenario, one.store)));
        Self {
            saga: target.saga.clone(),
            machine: target.file().map(str::to_owned),
            told: target.told(),
            searches,
            not_by_chance,
            interrupted,
            story,
            not_covered: NOT_COVERED,
        }
    }

    /// Whether any run broke anything.
    pub(crate) fn is_violated(&self) -> bool {
        self.searches.iter().any(|one| !one.broken.is_empty())
    }
}
