//! Which environments there are: those that work, and those that wait for their next invocation.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::environment::Environment;

/// The environments of a pool.
#[derive(Default)]
pub(super) struct Warm {
    functions: HashMap<String, Of>,
    /// How many there are in all.
    count: usize,
    busy: usize,
}

/// Those of one function.
#[derive(Default)]
struct Of {
    busy: usize,
    /// The one that waits for the shortest time is last.
    idle: Vec<(Instant, Environment)>,
}

/// With what an invocation goes on.
pub(super) enum Turn {
    /// More work already than may.
    Throttled,
    /// An environment that has served before.
    Warm(Box<Environment>),
    /// A new one may be started.
    Cold,
}

impl Warm {
    /// Takes a place for an invocation, of at most so many for the function and for all. What is dropped by this is in
    /// the second answer: ending a process is not done under a lock.
    pub(super) fn take(
        &mut self,
        function: &str,
        most: Option<u32>,
        most_of_all: usize,
    ) -> (Turn, Vec<Environment>) {
        let of = self.functions.entry(function.to_owned()).or_default();
        let mut gone = Vec::new();
        if most.is_some_and(|most| of.busy >= most as usize) || self.busy >= most_of_all {
            return (Turn::Throttled, gone);
        }
        of.busy += 1;
        self.busy += 1;
        while let Some((_, mut environment)) = of.idle.pop() {
            if !environment.has_ended() {
                return (Turn::Warm(Box::new(environment)), gone);
            }
            self.count -= 1;
            gone.push(environment);
        }
        if self.count >= most_of_all {
            gone.extend(self.evict());
        }
        self.count += 1;
        (Turn::Cold, gone)
    }

    /// Takes back the place of an invocation, and its environment if that can serve another one.
    pub(super) fn give_back(&mut self, function: &str, environment: Option<Environment>) {
        let of = self.functions.entry(function.to_owned()).or_default();
        of.busy -= 1;
        self.busy -= 1;
        match environment {
            Some(environment) => of.idle.push((Instant::now(), environment)),
            None => self.count -= 1,
        }
    }

    /// Gives up the environment that has waited for longest.
    fn evict(&mut self) -> Option<Environment> {
        let since = |of: &Of| of.idle.first().map(|(since, _)| *since);
        let longest =
            self.functions.values_mut().filter(|of| !of.idle.is_empty()).min_by_key(|of| since(of))?;
        self.count -= 1;
        Some(longest.idle.remove(0).1)
    }

    /// Gives up those that have waited for so long.
    pub(super) fn expire(&mut self, after: Duration) -> Vec<Environment> {
        let mut expired = Vec::new();
        for of in self.functions.values_mut() {
            expired
                .extend(of.idle.extract_if(.., |(since, _)| since.elapsed() >= after).map(|(_, gone)| gone));
        }
        self.count -= expired.len();
        expired
    }

    /// How many environments there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }
}
