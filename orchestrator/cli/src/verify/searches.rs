//! The searches of one exploration, one after the other.
//!
//! First every run with up to so many faults, in memory; then the same on SQLite, with fewer; and if nothing was found,
//! runs by chance with more faults, for as long as there is time.

use std::time::{Duration, Instant};

use amends_verify::explore::{Found, Search, Setup};

use super::databases::Databases;
use super::interrupt::Interrupt;
use super::outcome::{How, Outcome, Searched};
use super::progress::Progress;
use super::target::{ScenarioName, StoreName, Target};
use crate::bench::{peak_memory_bytes, reset_peak_memory};
use crate::failure::Failure;

/// On SQLite up to so many faults, unless it was asked for by name: it is some times slower than memory, and what differs
/// is the store, not the saga.
const FAULTS_ON_SQLITE: u32 = 1;
/// Runs by chance have up to so many faults more.
const MORE_BY_CHANCE: u32 = 4;

const OUT_OF_TIME: &str = "the budget was used up by the runs that had to be made";
const FOUND: &str = "a violation was found before";
const INTERRUPTED: &str = "it was interrupted before";
const ONLY_SQLITE: &str = "they are made in memory";

/// What is searched.
pub(crate) struct Searches<'a> {
    pub(crate) target: &'a Target,
    pub(crate) scenarios: Vec<ScenarioName>,
    /// All stores, if none is named.
    pub(crate) store: Option<StoreName>,
    pub(crate) faults: u32,
    pub(crate) budget: Duration,
    pub(crate) seed: u64,
    pub(crate) interrupt: &'a Interrupt,
}

/// Searches.
pub(crate) fn search_all(searches: &Searches<'_>) -> Result<Outcome, Failure> {
    let end = Instant::now() + searches.budget;
    let mut done = Vec::new();
    if searches.store != Some(StoreName::Sqlite) {
        for &scenario in &searches.scenarios {
            let setup = searches.target.setup(scenario)?;
            let faults = searches.faults_of(scenario);
            done.push(searches.exhaust(&setup, (scenario, StoreName::Memory), faults, &|| false));
        }
    }
    if searches.store != Some(StoreName::Memory) && !is_over(&done, searches) {
        done.extend(searches.on_sqlite()?);
    }
    let not_by_chance = searches.by_chance(end, &mut done)?;
    Ok(Outcome::new(searches.target, done, not_by_chance, searches.interrupt.is_pressed()))
}

/// Whether there is nothing more to look for.
fn is_over(done: &[Searched], searches: &Searches<'_>) -> bool {
    searches.interrupt.is_pressed() || done.iter().any(|one| !one.broken.is_empty())
}

impl Searches<'_> {
    /// What is particular to a setting, or to two orders that share nothing, is seen with one fault less; unless it is
    /// asked for by name.
    fn faults_of(&self, scenario: ScenarioName) -> u32 {
        let is_named = self.scenarios.len() == 1;
        match scenario {
            ScenarioName::OneOrder | ScenarioName::LastItem => self.faults,
            _ if is_named => self.faults,
            ScenarioName::SideBySide
            | ScenarioName::Repaired
            | ScenarioName::Coordinators
            | ScenarioName::LostEngine => self.faults.saturating_sub(1),
        }
    }

    fn on_sqlite(&self) -> Result<Vec<Searched>, Failure> {
        let named = self.store == Some(StoreName::Sqlite);
        let faults = if named { self.faults } else { self.faults.min(FAULTS_ON_SQLITE) };
        let mut done = Vec::new();
        for &scenario in &self.scenarios {
            let databases = Databases::new()?;
            let setup = self.target.setup(scenario)?.with_store(databases.make_store());
            let failed = || databases.has_failed();
            done.push(self.exhaust(&setup, (scenario, StoreName::Sqlite), faults, &failed));
            databases.check()?;
        }
        Ok(done)
    }

    fn exhaust(
        &self,
        setup: &Setup,
        place: (ScenarioName, StoreName),
        faults: u32,
        failed: &(dyn Fn() -> bool + Sync),
    ) -> Searched {
        let interrupted = || self.interrupt.is_pressed() || failed();
        let (found, cost) = measured(place, |progress| {
            let progress = |now| progress.show(now);
            let (interrupted, progress) = (&interrupted, &progress);
            Search { setup, faults, stop_at_first: false, interrupted, progress }.exhaust()
        });
        Searched::new(place, (How::Exhaustive, faults, None), found, cost)
    }

    /// In what is left of the budget; answers why not, if not.
    fn by_chance(&self, end: Instant, done: &mut Vec<Searched>) -> Result<Option<&'static str>, Failure> {
        if self.interrupt.is_pressed() {
            return Ok(Some(INTERRUPTED));
        }
        if is_over(done, self) {
            return Ok(Some(FOUND));
        }
        if self.store == Some(StoreName::Sqlite) {
            return Ok(Some(ONLY_SQLITE));
        }
        if Instant::now() >= end {
            return Ok(Some(OUT_OF_TIME));
        }
        let faults = self.faults + MORE_BY_CHANCE;
        for (left, &scenario) in (1..=self.scenarios.len()).rev().zip(&self.scenarios) {
            let now = Instant::now();
            let until = now + end.saturating_duration_since(now) / u32::try_from(left).unwrap_or(1);
            let setup = self.target.setup(scenario)?;
            let place = (scenario, StoreName::Memory);
            let interrupted = || self.interrupt.is_pressed() || Instant::now() >= until;
            let (found, cost) = measured(place, |progress| {
                let progress = |now| progress.show(now);
                let (setup, interrupted, progress) = (&setup, &interrupted, &progress);
                Search { setup, faults, stop_at_first: false, interrupted, progress }
                    .by_chance(self.seed, u64::MAX)
            });
            done.push(Searched::new(place, (How::ByChance, faults, Some(self.seed)), found, cost));
        }
        Ok(None)
    }
}

/// What a search found, how long it took, and the most memory that there was meanwhile.
fn measured(
    (scenario, store): (ScenarioName, StoreName),
    search: impl FnOnce(&Progress) -> Found,
) -> (Found, (Duration, u64)) {
    let progress = Progress::new(format!("{} on {}", scenario.name(), store.name()));
    reset_peak_memory();
    let began = Instant::now();
    let found = search(&progress);
    (found, (began.elapsed(), peak_memory_bytes()))
}
