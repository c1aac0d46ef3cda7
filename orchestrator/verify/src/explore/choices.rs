//! The choices of one run: where something could go wrong, and what does.
//!
//! A run is a function of its choices. Each place where something could go wrong offers its faults here, in the same
//! order in every run that has made the same choices so far; what is offered is written down, so that a search knows
//! which other runs there are.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amends_types::{Entropy, SplitMix};

use crate::explore::fault::{Fault, FaultSet};
use crate::explore::schedule::{Injection, Schedule};

/// So many offers after a fault, the next one is more likely.
const NEAR: u64 = 24;
/// There one offer in so many is taken,
const NEAR_ONE_IN: u64 = 6;
/// and elsewhere one in so many.
const FAR_ONE_IN: u64 = 40;

/// A place in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Who.
    pub(crate) actor: Arc<str>,
    /// Does what.
    pub(crate) action: &'static str,
    /// For the how manieth time, from 1.
    pub(crate) nth: u32,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}.{}", self.actor, self.action, self.nth)
    }
}

/// Faults offered at a site.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) faults: FaultSet,
    /// What the whole system looked like, if it was known (see `fingerprint`).
    pub(crate) state: Option<u64>,
}

/// What decides.
#[derive(Debug)]
pub(crate) enum Plan {
    /// At the offers of these numbers, from 0 and growing.
    At(Vec<(u32, Fault)>),
    /// At these sites.
    Named(Vec<Injection>),
    /// By chance: the first at this offer or soon after it, then with more and less time in between; at most so many.
    Random { chance: SplitMix, first: u64, most: u32, last: Option<u64> },
}

/// The choices of one run.
#[derive(Debug)]
pub(crate) struct Choices {
    inner: Mutex<Inner>,
    allowed: FaultSet,
}

#[derive(Debug)]
struct Inner {
    plan: Plan,
    offers: Vec<Offer>,
    made: Vec<Injection>,
}

impl Choices {
    pub(crate) fn new(plan: Plan, allowed: FaultSet) -> Self {
        Self { inner: Mutex::new(Inner { plan, offers: Vec::new(), made: Vec::new() }), allowed }
    }

    /// Offers faults at a site; answers the one that happens.
    pub(crate) fn offer(&self, site: Site, faults: FaultSet, state: Option<u64>) -> Option<Fault> {
        let faults = faults.without(FaultSet::ALL.without(self.allowed));
        if faults.is_empty() {
            return None;
        }
        let mut inner = self.lock();
        let number = u32::try_from(inner.offers.len()).expect("a run has few choices");
        let chosen = inner.plan.decide(number, &site, faults);
        if let Some(fault) = chosen {
            inner.made.push(Injection { site: site.to_string(), fault });
        }
        inner.offers.push(Offer { faults, state });
        chosen
    }

    /// How many faults have happened.
    pub(crate) fn made(&self) -> Schedule {
        Schedule { injections: self.lock().made.clone() }
    }

    /// Everything that was offered, in order.
    pub(crate) fn take_offers(&self) -> Vec<Offer> {
        std::mem::take(&mut self.lock().offers)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn decide(&mut self, number: u32, site: &Site, faults: FaultSet) -> Option<Fault> {
        match self {
            Self::At(planned) => {
                let (_, fault) = planned.iter().find(|(at, _)| *at == number)?;
                Some(*fault)
            }
            Self::Named(planned) => {
                let name = site.to_string();
                let place = planned.iter().position(|next| next.site == name && faults.has(next.fault))?;
                Some(planned.remove(place).fault)
            }
            Self::Random { chance, first, most, last } => {
                let one_in = match last {
                    _ if *most == 0 || u64::from(number) < *first => return None,
                    // What goes wrong together is what breaks things: the next one is often near the last.
                    Some(last) if u64::from(number) - *last > NEAR => FAR_ONE_IN,
                    Some(_) | None => NEAR_ONE_IN,
                };
                if !chance.next_u64().is_multiple_of(one_in) {
                    return None;
                }
                *last = Some(number.into());
                *most -= 1;
                let all: Vec<Fault> = faults.iter().collect();
                let place = chance.next_u64() % all.len() as u64;
                all.get(usize::try_from(place).ok()?).copied()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: FaultSet = FaultSet::of(&[Fault::Late, Fault::Twice]);

    fn site(nth: u32) -> Site {
        Site { actor: "charge.execute.1".into(), action: "capture", nth }
    }

    #[test]
    fn a_plan_by_number_and_the_same_by_name_choose_the_same() {
        let by_number = Choices::new(Plan::At(vec![(1, Fault::Twice)]), FaultSet::ALL);
        let by_name = Choices::new(
            Plan::Named("charge.execute.1/capture.2=twice".parse::<Schedule>().unwrap().injections),
            FaultSet::ALL,
        );
        for choices in [&by_number, &by_name] {
            assert_eq!(choices.offer(site(1), BOTH, None), None);
            assert_eq!(choices.offer(site(2), BOTH, None), Some(Fault::Twice));
            assert_eq!(choices.offer(site(3), BOTH, None), None);
            assert_eq!(choices.made().to_string(), "charge.execute.1/capture.2=twice");
        }
        assert_eq!(by_number.take_offers().len(), 3);
    }

    #[test]
    fn faults_that_are_not_allowed_are_not_offered() {
        let choices = Choices::new(Plan::At(vec![]), FaultSet::of(&[Fault::Late]));
        choices.offer(site(1), FaultSet::of(&[Fault::Twice]), None);
        choices.offer(site(2), BOTH, None);
        let offers = choices.take_offers();
        assert_eq!(offers.len(), 1);
        assert_eq!(offers[0].faults, FaultSet::of(&[Fault::Late]));
    }

    #[test]
    fn chance_makes_at_most_as_many_faults_as_it_may() {
        let plan = Plan::Random { chance: SplitMix::from_seed(1), first: 5, most: 3, last: None };
        let choices = Choices::new(plan, FaultSet::ALL);
        let made = (1..100).filter_map(|nth| choices.offer(site(nth), BOTH, None)).count();
        assert_eq!(made, 3);
    }
}
