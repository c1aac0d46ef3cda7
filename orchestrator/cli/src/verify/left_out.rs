//! What an exploration does without: faults that are not injected, invariants that are not checked.
//!
//! A provider may promise that something never happens. And with the mutants it shows what each fault and each invariant
//! is there for: without it, some of them survive.

use std::fmt;
use std::str::FromStr;

use amends_verify::INVARIANTS;
use amends_verify::explore::{DURABILITY, Fault, FaultSet, LIVENESS, Setup};

/// One thing that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftOut {
    /// It is not injected.
    Fault(Fault),
    /// It is not checked.
    Invariant(&'static str),
}

impl LeftOut {
    fn name(self) -> &'static str {
        match self {
            Self::Fault(fault) => fault.name(),
            Self::Invariant(id) => id,
        }
    }

    /// The setup without any of these.
    pub(crate) fn all_from(setup: Setup, left_out: &[Self]) -> Setup {
        let is_left_out =
            |id: &str| left_out.iter().any(|one| matches!(one, Self::Invariant(out) if *out == id));
        let faults: Vec<Fault> = left_out
            .iter()
            .filter_map(|one| match one {
                Self::Fault(fault) => Some(*fault),
                Self::Invariant(_) => None,
            })
            .collect();
        setup.without_faults(FaultSet::of(&faults)).with_invariants(|id| !is_left_out(id))
    }

    /// Their names, as the command line takes them.
    pub(crate) fn names(left_out: &[Self]) -> String {
        left_out.iter().map(|one| one.name()).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for LeftOut {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        if let Ok(fault) = name.parse() {
            return Ok(Self::Fault(fault));
        }
        let ids = || INVARIANTS.iter().map(|invariant| invariant.id).chain([LIVENESS, DURABILITY]);
        ids().find(|id| *id == name).map(Self::Invariant).ok_or_else(|| {
            let faults: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
            let ids: Vec<_> = ids().collect();
            format!("no fault or invariant is called so; there are {}, {}", faults.join(", "), ids.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_and_each_invariant_can_be_left_out_by_its_name() {
        let names = Fault::ALL.iter().map(|fault| fault.name());
        let names =
            names.chain(INVARIANTS.iter().map(|invariant| invariant.id)).chain([LIVENESS, DURABILITY]);
        for name in names {
            assert_eq!(name.parse::<LeftOut>().unwrap().to_string(), name);
        }
        let told = "lightning".parse::<LeftOut>().unwrap_err();
        assert!(told.contains("reply_lost") && told.contains("S19, liveness, durability"), "{told}");
    }
}
