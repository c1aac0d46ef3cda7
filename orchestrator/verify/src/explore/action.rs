//! What an actor is about to do, and what can go wrong with it there.
//!
//! A reduction is built in: a worker that dies after one thing and before the next dies before the next. Nothing that
//! anybody else can see happens in between, because an attempt does one thing at a time and shares no memory; so it is
//! enough to let it die before each thing that it does, and before it answers. Reading is nothing that anybody can see,
//! so dying before a read is dying before what follows it. The full search does not use this, and must find the same
//! (`tests/explore/reductions.rs`).

use amends_saga::Op;

use crate::explore::actor::Actor;
use crate::explore::fault::{Fault, FaultSet};

/// Who puts a process together.
pub(crate) const STARTING: &str = "start";

/// Something that an actor is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A transaction that may change something.
    Write,
    /// A transaction that only reads.
    Read,
    /// It has been done; only the full search stops here.
    Done,
    /// A provider's call.
    Call,
    /// Step Functions is asked.
    Ask,
    /// A worker begins a task.
    Deliver,
    /// A worker answers.
    Answer,
}

/// How a worker ends in the middle of something.
const DEATHS: FaultSet = FaultSet::of(&[Fault::WorkerDies, Fault::WorkerHangs, Fault::ProcessKilled]);
const AT_A_WRITE: FaultSet = FaultSet::of(&[
    Fault::Frozen,
    Fault::FrozenToTheEnd,
    Fault::FrozenToTheRepair,
    Fault::Overtaken,
    Fault::StoppedMeanwhile,
    Fault::EngineLost,
    Fault::DownForADay,
    Fault::StoreUnavailable,
])
.and(DEATHS);
const AT_A_CALL: FaultSet =
    FaultSet::of(&[Fault::Frozen, Fault::Overtaken, Fault::DownForADay, Fault::EngineLost]).and(DEATHS);
const AT_DELIVERY: FaultSet = FaultSet::of(&[
    Fault::Throttled,
    Fault::Twice,
    Fault::AgainAtTheEnd,
    Fault::Stopped,
    Fault::SecondCoordinator,
    Fault::OutOfTime,
    Fault::AgainAtTheRepair,
    Fault::EngineLost,
]);
const OF_THE_COORDINATOR: FaultSet = FaultSet::of(&[Fault::ProcessKilled, Fault::StoreUnavailable]);
/// What can go wrong with one coordinator of several.
const OF_SEVERAL: FaultSet = FaultSet::of(&[Fault::CoordinatorOvertaken, Fault::CoordinatorDies]);
/// Whose names begin so coordinate.
const COORDINATORS: [&str; 3] = ["relay.", "sweeper.", "adopter."];
/// Who repairs.
pub(crate) const OPERATOR: &str = "operator";

impl Action {
    pub(crate) const WRITE: Self = Self { name: "write", kind: Kind::Write };
    pub(crate) const READ: Self = Self { name: "read", kind: Kind::Read };
    pub(crate) const WRITTEN: Self = Self { name: "written", kind: Kind::Done };
    pub(crate) const DELIVER: Self = Self { name: "begin", kind: Kind::Deliver };
    pub(crate) const START: Self = Self { name: "start", kind: Kind::Ask };
    pub(crate) const DESCRIBE: Self = Self { name: "describe", kind: Kind::Ask };
    pub(crate) const STOP: Self = Self { name: "stop", kind: Kind::Ask };
    pub(crate) const ANSWER: Self = Self { name: "answer", kind: Kind::Answer };

    pub(crate) const fn call(operation: &'static str) -> Self {
        Self { name: operation, kind: Kind::Call }
    }

    /// What can go wrong here whatever it is about; `full` without the reduction.
    pub(crate) fn faults(self, actor: &Actor, full: bool) -> FaultSet {
        let Some(task) = &actor.task else {
            return match self.kind {
                // A process that cannot reach its store does not start.
                Kind::Write if actor.name.starts_with(STARTING) => FaultSet::of(&[Fault::ProcessKilled]),
                Kind::Write if actor.name.starts_with(OPERATOR) => {
                    OF_THE_COORDINATOR.and(FaultSet::of(&[Fault::TwoOperators]))
                }
                Kind::Write => OF_THE_COORDINATOR.and(of_several(actor)),
                Kind::Ask => of_several(actor),
                _ => FaultSet::NONE,
            };
        };
        // A cancel of a saga that unwinds already changes nothing.
        let cancel = FaultSet::of(if task.op == Op::Execute { &[Fault::Cancelled] } else { &[] });
        match self.kind {
            Kind::Write => AT_A_WRITE.and(cancel),
            Kind::Call => AT_A_CALL.and(cancel),
            Kind::Read if full => DEATHS.and(FaultSet::of(&[Fault::StoreUnavailable])),
            Kind::Read => FaultSet::of(&[Fault::StoreUnavailable]),
            Kind::Done if full => DEATHS,
            Kind::Done => FaultSet::NONE,
            Kind::Ask => FaultSet::NONE,
            Kind::Deliver => AT_DELIVERY,
            // A verdict that nobody hears of for ever leaves an execution that ends unsettled: true enough.
            Kind::Answer if task.op == Op::Settle => DEATHS.and(FaultSet::of(&[Fault::Oversized])),
            Kind::Answer => DEATHS.and(FaultSet::of(&[Fault::Oversized, Fault::Unheard])),
        }
    }
}

fn of_several(actor: &Actor) -> FaultSet {
    let coordinates = COORDINATORS.iter().any(|name| actor.name.starts_with(name));
    if coordinates { OF_SEVERAL } else { FaultSet::NONE }
}
