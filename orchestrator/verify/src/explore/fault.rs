//! Everything that can be made to go wrong, each by a name that schedules use.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $told:literal,)*) => {
        /// One thing that goes wrong, once.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Fault {
            $($(#[$doc])* $variant,)*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name by which a schedule calls it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What happens, for a person: the end of a sentence that begins with where.
            pub const fn told(self) -> &'static str {
                match self {
                    $(Self::$variant => $told,)*
                }
            }
        }
    };
}

faults! {
    /// At a call, and whenever it is made again: the provider's final no.
    Declined = "declined": "the provider declines",
    /// At a call: proven not done.
    Unavailable = "unavailable": "the provider cannot be reached and does nothing",
    /// At a call.
    RequestLost = "request_lost": "the request is lost on its way; nobody can know",
    /// At a call.
    ReplyLost = "reply_lost": "the provider does it, and the reply is lost",
    /// At a call.
    ErrorAfterEffect = "error_after_effect": "the provider does it, and answers 500",
    /// At a call that has several lines.
    Partial = "partial": "the provider does some of the lines, and answers 500",
    /// At a call.
    Late = "late": "the request arrives after the caller has given up, as late as the provider ever is",
    /// At a call, and at every repeat with its key.
    CachedError = "cached_error": "the provider does it, answers 500, and answers every repeat with the same 500",
    /// At a call, and at every later one of its kind.
    Down = "down": "the provider is down for this kind of call from now on",
    /// At a call, and at every later one of its kind.
    Silent = "silent": "the provider does what it is asked from now on, and no reply of this kind arrives any more",

    /// At anything that a worker does.
    WorkerDies = "worker_dies": "the worker dies before this, and Step Functions hears of it",
    /// At anything that a worker does.
    WorkerHangs = "worker_hangs": "the worker stops before this for ever, and nobody hears of it",
    /// At anything that a worker does.
    Frozen = "frozen": "the worker stands still before this for longer than its lease, and then goes on",
    /// At anything that a worker does in the store.
    FrozenToTheEnd = "frozen_to_the_end": "the worker stands still before this until everything is over, and then goes on",
    /// At anything that a worker does.
    Overtaken = "overtaken": "the same task is delivered a second time, and that one is faster from here on",
    /// At anything that a worker does in the store.
    StoppedMeanwhile = "stopped_meanwhile": "the execution is stopped and the saga swept while the worker stands still before this",
    /// At anything that a worker does.
    Cancelled = "cancelled": "the customer cancels just before this",
    /// Anywhere in our own process.
    ProcessKilled = "process_killed": "the whole process is killed before this, and started again",
    /// Anywhere in our own process.
    DownForADay = "down_for_a_day": "the whole process is killed before this, and started again after 25 hours",
    /// At a transaction.
    StoreUnavailable = "store_unavailable": "the store refuses the transaction",

    /// When a task is handed to a worker.
    Throttled = "throttled": "Lambda refuses to run the worker: too many requests",
    /// When a task is handed to a worker.
    Twice = "twice": "the task is delivered twice, one after the other",
    /// When a task is handed to a worker.
    AgainAtTheEnd = "again_at_the_end": "a copy of the task arrives again when everything is over",
    /// When a task is handed to a worker.
    Stopped = "stopped": "an operator stops the execution; the worker is not told and goes on",
    /// When a task is handed to a worker.
    SecondCoordinator = "second_coordinator": "another coordinator relays, sweeps and delivers just now",
    /// When a task is handed to a worker.
    OutOfTime = "out_of_time": "the saga's time is up although its execution runs, and a sweeper looks",
    /// When a task is handed to a worker, and people repair.
    AgainAtTheRepair = "again_at_the_repair": "a copy of the task arrives again while the saga is repaired",
    /// At anything that a worker does in the store, where people repair.
    FrozenToTheRepair = "frozen_to_the_repair": "the worker stands still before this until the saga is repaired, and then goes on",
    /// At anything that a worker does, where there are several engines.
    EngineLost = "engine_lost": "its engine is taken for lost, and another adopts its sagas, while it goes on",
    /// At anything that a coordinator does, where there are several.
    CoordinatorOvertaken = "coordinator_overtaken": "another coordinator does everything that there is to do just before this",
    /// At anything that a coordinator does, where there are several.
    CoordinatorDies = "coordinator_dies": "the coordinator dies before this; its executions do not",
    /// When a worker answers.
    Oversized = "oversized": "the worker's answer is larger than Step Functions takes",

    /// When a worker answers, and whenever one answers this task again.
    Unheard = "unheard": "no answer to this task arrives any more, although it is done",

    /// When the journal is synced.
    PowerLost = "power_lost": "the power fails before the journal is synced: what was not synced is gone",

    /// When a saga that was swept has ended.
    Redriven = "redriven": "an operator redrives the execution that was stopped",
    /// When a stuck saga is being repaired.
    RedrivenMeanwhile = "redriven_meanwhile": "an operator redrives the execution that was stopped, while the saga is repaired",
    /// When an operator decides about a stuck saga.
    OperatorResolves = "operator_resolves": "the operator undoes it by hand, and says so",
    /// When an operator decides about a stuck saga.
    OperatorAccepts = "operator_accepts": "the operator accepts what is left",
    /// At anything that an operator does in the store.
    TwoOperators = "two_operators": "another operator has it undone once more just before this",
    /// When everything is over.
    StartedAgain = "started_again": "the execution is started again under its name",

    /// From the beginning.
    StoreClockAhead = "store_clock_ahead": "the store's clock is twelve hours ahead of the workers'",
    /// From the beginning.
    StoreClockBehind = "store_clock_behind": "the store's clock is twelve hours behind the workers'",
}

/// There is no fault of this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no fault named {0:?}")]
pub struct NoSuchFault(pub String);

impl FromStr for Fault {
    type Err = NoSuchFault;
    fn from_str(name: &str) -> Result<Self, NoSuchFault> {
        let found = Self::ALL.iter().find(|fault| fault.name() == name);
        found.copied().ok_or_else(|| NoSuchFault(name.to_owned()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FaultSet(u64);

const _: () = assert!(Fault::ALL.len() <= 64, "a set has 64 places");

impl FaultSet {
    /// None.
    pub const NONE: Self = Self(0);
    /// All.
    pub const ALL: Self = Self(u64::MAX);

    /// These.
    pub const fn of(faults: &[Fault]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < faults.len() {
            bits |= 1 << faults[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// Those of either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those that are in `other` too.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether this one is in it.
    pub const fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u8) != 0
    }

    /// Whether it is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The faults, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Fault> {
        Fault::ALL.iter().copied().filter(move |fault| self.has(*fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_known_by_its_name_and_has_a_place_in_a_set() {
        for (place, fault) in Fault::ALL.iter().enumerate() {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert_eq!(*fault as usize, place);
            assert_eq!(FaultSet::of(&[*fault]).iter().collect::<Vec<_>>(), [*fault]);
        }
        assert_eq!("lightning".parse::<Fault>(), Err(NoSuchFault("lightning".into())));
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let both = FaultSet::of(&[Fault::Late, Fault::Twice]);
        assert_eq!(both.without(FaultSet::of(&[Fault::Late])), FaultSet::of(&[Fault::Twice]));
        assert_eq!(FaultSet::of(&[Fault::Late]).and(FaultSet::of(&[Fault::Twice])), both);
        assert_eq!(both.within(FaultSet::of(&[Fault::Late, Fault::Down])), FaultSet::of(&[Fault::Late]));
        assert!(!both.has(Fault::Declined) && !both.is_empty() && FaultSet::NONE.is_empty());
    }
}
