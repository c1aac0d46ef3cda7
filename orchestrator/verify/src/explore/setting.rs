//! In which setting a scenario plays: who coordinates, on which engines, and whether people repair what is stuck.

use amends_types::EngineId;

use crate::explore::fault::{Fault, FaultSet};

/// Who is there besides the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setting {
    /// One process with one engine.
    #[default]
    Alone,
    /// The same, and people who repair what is stuck.
    Repaired,
    /// Several coordinators, on one store and one Step Functions that is not theirs and does not die with them.
    Coordinators,
    /// Two engines on one store, one of which is taken for lost.
    Engines,
}

const OF_REPAIR: FaultSet = FaultSet::of(&[
    Fault::AgainAtTheRepair,
    Fault::FrozenToTheRepair,
    Fault::TwoOperators,
    Fault::OperatorResolves,
    Fault::OperatorAccepts,
    Fault::RedrivenMeanwhile,
]);
const OF_COORDINATORS: FaultSet = FaultSet::of(&[Fault::CoordinatorOvertaken, Fault::CoordinatorDies]);
const OF_ENGINES: FaultSet = FaultSet::of(&[Fault::EngineLost]);
/// What ends the one process in which everything runs.
const OF_THE_PROCESS: FaultSet = FaultSet::of(&[Fault::ProcessKilled, Fault::DownForADay, Fault::PowerLost]);

/// The engines, where there are several: sagas begin in the first one.
const ENGINES: [&str; 2] = ["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"];

impl Setting {
    /// What can go wrong in it.
    pub const fn faults(self) -> FaultSet {
        let usual = FaultSet::ALL.without(OF_REPAIR.and(OF_COORDINATORS).and(OF_ENGINES));
        match self {
            Self::Alone => usual,
            Self::Repaired => usual.and(OF_REPAIR),
            Self::Coordinators => usual.and(OF_COORDINATORS).without(OF_THE_PROCESS),
            // An engine has one coordinator.
            Self::Engines => {
                let of_one = OF_COORDINATORS.without(FaultSet::of(&[Fault::CoordinatorOvertaken]));
                usual.and(of_one).and(OF_ENGINES).without(OF_THE_PROCESS)
            }
        }
    }

    /// The engines by their ids; none where there is one for all.
    pub(crate) fn engines(self) -> Vec<EngineId> {
        let ids = ENGINES.iter().map(|id| id.parse().expect("these are ids"));
        if self == Self::Engines { ids.collect() } else { Vec::new() }
    }
}
