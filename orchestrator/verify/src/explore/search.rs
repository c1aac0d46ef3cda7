//! The search: every run with up to so many faults, the fewest first; then runs by chance with more.
//!
//! A run is a list of faults by the numbers of the offers at which they happen. The runs that follow from one are those
//! with one more fault, later than all of its own: so every set of faults is tried exactly once. Runs of one length are
//! made in parallel, and merged in their order, so that the outcome is the same on any number of cores. Where a run
//! comes to a state that an earlier one has come to (`fingerprint`), what follows from there is not tried again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use amends_types::{Entropy, SplitMix};

use crate::explore::choices::{Choices, Offer, Plan};
use crate::explore::ending::Ending;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::judge::{Broken, panicked};
use crate::explore::run::{Run, run};
use crate::explore::schedule::Schedule;
use crate::explore::setup::Setup;
use crate::explore::shrink::shrink;
use crate::explore::trace::Trace;
use crate::explore::world::World;

/// Runs that are merged at once; only memory depends on it.
const BATCH: usize = 4096;
/// Of ways in which one invariant is broken, so many are kept.
const KEPT: usize = 3;

/// A run that broke something.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// What was injected.
    pub schedule: Schedule,
    /// What is wrong.
    pub broken: Vec<Broken>,
    /// What happened.
    pub trace: Trace,
    /// How each saga stood at the end; none after a panic.
    pub endings: Vec<Ending>,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Faults in each run now.
    pub faults: u32,
    /// Runs of this length made.
    pub made: usize,
    /// Runs of this length to make.
    pub of: usize,
    /// Runs made altogether.
    pub runs: u64,
}

/// What a search came to.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Runs made, by the number of their faults.
    pub runs: Vec<u64>,
    /// Distinct states that were seen.
    pub states: usize,
    /// Runs that were not made, because they follow from a state that was known.
    pub merged: u64,
    /// Runs that broke something, the shortest first.
    pub counterexamples: Vec<Counterexample>,
    /// Every invariant that was broken, with the number of runs that broke it.
    pub broken: BTreeMap<&'static str, u64>,
    /// Every invariant that was broken, with everything that was wrong, but for numbers: those tell runs apart.
    pub violations: BTreeSet<(&'static str, String)>,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Found {
    /// Runs made altogether.
    pub fn total(&self) -> u64 {
        self.runs.iter().sum()
    }
}

/// How to search.
#[derive(Clone)]
pub struct Search<'a> {
    /// What.
    pub setup: &'a Setup,
    /// Up to so many faults in a run.
    pub faults: u32,
    /// Whether the first broken run ends it.
    pub stop_at_first: bool,
    /// Asked now and then; true ends the search.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Told now and then.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// The faults of a run, by the numbers of their offers.
type Deviations = Vec<(u32, Fault)>;

/// What is kept of a run.
struct Kept {
    broken: Vec<Broken>,
    /// The offers after its last fault: number, faults, state.
    offers: Vec<(u32, FaultSet, Option<u64>)>,
}

impl Search<'_> {
    /// Makes every run with up to `faults` faults.
    pub fn exhaust(&self) -> Found {
        let mut found = Found::default();
        let mut known = HashSet::new();
        let mut level: Vec<Deviations> = vec![Vec::new()];
        for faults in 0..=self.faults {
            found.runs.push(0);
            let mut next = Vec::new();
            for (batch, runs) in level.chunks(BATCH).enumerate() {
                let made = batch * BATCH;
                let kept = self.make_all(runs, faults, made, level.len(), found.total());
                for (deviations, kept) in runs.iter().zip(kept) {
                    let Some(kept) = kept else {
                        found.interrupted = true;
                        continue;
                    };
                    found.runs[faults as usize] += 1;
                    self.note(&mut found, deviations, &kept.broken);
                    let expand = faults < self.faults;
                    follow(deviations, &kept, expand, &mut known, &mut next, &mut found.merged);
                }
                if found.interrupted || (self.stop_at_first && !found.broken.is_empty()) {
                    found.states = known.len();
                    return found;
                }
            }
            level = next;
        }
        found.states = known.len();
        found
    }

    /// Makes runs by chance, each with up to `faults` faults, until interrupted or `most` are made. A broken one is
    /// shrunk.
    pub fn by_chance(&self, seed: u64, most: u64) -> Found {
        let mut found = Found { runs: vec![0], ..Found::default() };
        let reach = self.make(&Vec::new()).offers.len() as u64;
        let made = Mutex::new(&mut found);
        let next = AtomicUsize::new(0);
        let body = || loop {
            let number = next.fetch_add(1, Ordering::Relaxed) as u64;
            let is_broken = || !made.lock().expect("no run panics here").broken.is_empty();
            if number >= most || (self.interrupted)() || (self.stop_at_first && is_broken()) {
                return;
            }
            let chance = SplitMix::from_seed(SplitMix::from_seed(seed ^ number).next_u64());
            let first = chance.next_u64() % reach.max(1);
            let plan = Plan::Random { chance, first, most: self.faults, last: None };
            let run = run_safely(self.setup, plan);
            let mut found = made.lock().expect("no run panics here");
            found.runs[0] += 1;
            if !run.broken.is_empty() {
                self.keep(&mut found, &run.schedule, &run.broken, true);
            }
            let runs = found.total();
            drop(found);
            (self.progress)(Progress { faults: self.faults, made: number as usize, of: 0, runs });
        };
        thread::scope(|scope| {
            for _ in 0..cores() {
                scope.spawn(body);
            }
        });
        found
    }

    /// Makes these runs on all cores; `None` for one that was not made.
    fn make_all(
        &self,
        runs: &[Deviations],
        faults: u32,
        made: usize,
        of: usize,
        before: u64,
    ) -> Vec<Option<Kept>> {
        let slots: Vec<Mutex<Option<Kept>>> = runs.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let body = || {
            while !(self.interrupted)() {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(deviations) = runs.get(place) else { return };
                let kept = self.make(deviations);
                *slots[place].lock().expect("a slot is written once") = Some(kept);
                let (made, runs) = (made + place + 1, before + place as u64 + 1);
                (self.progress)(Progress { faults, made, of, runs });
            }
        };
        thread::scope(|scope| {
            for _ in 0..cores().min(runs.len()) {
                scope.spawn(body);
            }
        });
        slots.into_iter().map(|slot| slot.into_inner().expect("a slot is written once")).collect()
    }

    fn make(&self, deviations: &Deviations) -> Kept {
        let run = run_safely(self.setup, Plan::At(deviations.clone()));
        let from = deviations.last().map_or(0, |(last, _)| *last as usize + 1);
        let offers = run.offers.iter().enumerate().skip(from);
        let offers = offers.map(|(number, Offer { faults, state, .. })| (number as u32, *faults, *state));
        Kept { broken: run.broken, offers: offers.collect() }
    }

    fn note(&self, found: &mut Found, deviations: &Deviations, broken: &[Broken]) {
        if !broken.is_empty() {
            let run = run_safely(self.setup, Plan::At(deviations.clone()));
            self.keep(found, &run.schedule, broken, false);
        }
    }

    /// Keeps a broken run, if it shows something new.
    fn keep(&self, found: &mut Found, schedule: &Schedule, broken: &[Broken], shrunk: bool) {
        found
            .violations
            .extend(broken.iter().map(|broken| (broken.invariant, without_numbers(&broken.what))));
        let mut is_new = false;
        for invariant in broken.iter().map(|broken| broken.invariant).collect::<HashSet<_>>() {
            let count = found.broken.entry(invariant).or_default();
            *count += 1;
            is_new |= *count <= KEPT as u64;
        }
        if is_new {
            let schedule = if shrunk { shrink(self.setup, schedule, broken) } else { schedule.clone() };
            found.counterexamples.push(replay(self.setup, &schedule));
            found.counterexamples.sort_by_key(|example| example.schedule.injections.len());
        }
    }
}

fn without_numbers(what: &str) -> String {
    what.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// The runs that follow from one, unless they follow from a state that is known.
fn follow(
    deviations: &Deviations,
    kept: &Kept,
    expand: bool,
    known: &mut HashSet<u64>,
    next: &mut Vec<Deviations>,
    merged: &mut u64,
) {
    let mut is_known = false;
    for (number, faults, state) in &kept.offers {
        // Invariant: a state that is known was come to with as few faults or fewer; so as many were left.
        if let Some(state) = state
            && !is_known
        {
            is_known = !known.insert(*state);
        }
        if is_known {
            *merged += if expand { faults.iter().count() as u64 } else { 0 };
        } else if expand {
            next.extend(faults.iter().map(|fault| {
                let mut longer = deviations.clone();
                longer.push((*number, fault));
                longer
            }));
        }
    }
}

/// Makes the run of a schedule.
pub fn replay(setup: &Setup, schedule: &Schedule) -> Counterexample {
    let run = run_safely(setup, Plan::Named(schedule.injections.clone()));
    let Run { schedule, broken, trace, endings, .. } = run;
    Counterexample { schedule, broken, trace, endings }
}

/// A run in which something panics is broken too; it is told as far as it came.
pub(crate) fn run_safely(setup: &Setup, plan: Plan) -> Run {
    let world = World::new(Choices::new(plan, setup.faults), setup.full);
    catch_unwind(AssertUnwindSafe(|| run(setup, &world))).unwrap_or_else(|panic| {
        let told = panic.downcast_ref::<String>().cloned();
        let told = told.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Run {
            schedule: world.choices.made(),
            broken: vec![panicked(told.unwrap_or_else(|| "something panicked".into()))],
            offers: world.choices.take_offers(),
            trace: world.take_trace(),
            endings: Vec::new(),
        }
    })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
