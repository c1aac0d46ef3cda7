//! What a test says: which saga, begun with what, and how much may go wrong.

use std::sync::Arc;

use amends_harness::Saga;
use amends_types::SagaId;
use serde_json::Value;

use super::scenario::StubScenario;
use crate::explore::{Counterexample, FaultSet, Found, Search, Setup, Story, replay};
use crate::stub::Stubs;

/// Explores the faults of a saga. See the [module](super) for an example.
#[derive(Clone)]
#[must_use = "nothing is explored before `assert_sound`, `find` or `exhaust` is called"]
pub struct Explore {
    scenario: StubScenario,
    faults: u32,
    among: FaultSet,
}

impl Explore {
    /// Explores the saga that `saga` builds on stub providers. It is called anew for every process that begins, so what
    /// it makes remembers nothing; what providers remember is in the stubs.
    ///
    /// Up to one fault is injected into each run; say [`Self::faults`] for more.
    pub fn new(name: &str, saga: impl Fn(&Stubs) -> Saga + Send + Sync + 'static) -> Self {
        let scenario =
            StubScenario { name: name.into(), saga: Arc::new(saga), begins: vec![], optional: vec![] };
        Self { scenario, faults: 1, among: FaultSet::ALL }
    }

    /// Begins a saga with this input. Said several times, so many sagas begin at once: `trip-1`, `trip-2` of `trip`.
    ///
    /// # Panics
    /// When the name cannot begin a saga's id.
    pub fn input(mut self, input: Value) -> Self {
        let StubScenario { name, begins, .. } = &mut self.scenario;
        let id = format!("{name}-{}", begins.len() + 1);
        let id: SagaId = id.parse().unwrap_or_else(|error| panic!("{id:?} is no id of a saga: it {error}"));
        begins.push((id, input));
        self
    }

    /// Injects up to so many faults into each run. Runs multiply: a saga of two steps has about a hundred runs with one
    /// fault, which take half a second of one core in a debug build, and eight thousand with two, which take 43 (22 s on
    /// two cores).
    pub fn faults(mut self, faults: u32) -> Self {
        self.faults = faults;
        self
    }

    /// Injects only these.
    pub fn among(mut self, faults: FaultSet) -> Self {
        self.among = faults;
        self
    }

    /// This step may be done although the provider that it asked has had no effect for it: it does without.
    pub fn may_do_without_effect(mut self, step: &'static str) -> Self {
        self.scenario.optional.push(step);
        self
    }

    /// Makes every run, and holds each against every invariant.
    ///
    /// # Panics
    /// When one of them is broken: with the shortest run that shows it, told from its beginning.
    pub fn assert_sound(&self) {
        if let Some(example) = self.find() {
            let command = format!(".replay(\"{}\") makes this run", example.schedule);
            let story = Story { command, ..Story::of(&example, "") };
            panic!("the saga is not sound\n{}", story.text());
        }
    }

    /// The shortest run that shows that something is wrong, if any does.
    pub fn find(&self) -> Option<Counterexample> {
        self.search(true).counterexamples.into_iter().next()
    }

    /// Makes every run, however many show that something is wrong.
    pub fn exhaust(&self) -> Found {
        self.search(false)
    }

    /// Makes the one run with these faults, as [`Counterexample::schedule`] writes them.
    ///
    /// # Panics
    /// When they cannot be read.
    pub fn replay(&self, schedule: &str) -> Counterexample {
        let schedule =
            schedule.parse().unwrap_or_else(|error| panic!("{schedule:?} is no schedule: {error}"));
        replay(&self.setup(), &schedule)
    }

    /// The same as a search takes it.
    ///
    /// # Panics
    /// When no input is given: no saga would begin.
    pub fn setup(&self) -> Setup {
        let name = &self.scenario.name;
        assert!(!self.scenario.begins.is_empty(), "say with what {name} begins: `.input(json!(..))`");
        Setup::new(Arc::new(self.scenario.clone())).with_faults(self.among)
    }

    fn search(&self, stop_at_first: bool) -> Found {
        let setup = self.setup();
        let (interrupted, progress) = (|| false, |_| {});
        let search = Search {
            setup: &setup,
            faults: self.faults,
            stop_at_first,
            interrupted: &interrupted,
            progress: &progress,
        };
        search.exhaust()
    }
}
