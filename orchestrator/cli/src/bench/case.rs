//! What is measured.

use clap::ValueEnum;

/// A kind of saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Engine and journal alone: five steps that do nothing, no store and no ledger
    #[value(name = "empty")]
    EmptyHandlers,
    /// The order saga, to its commit
    Completed,
    /// The order saga, declined at charge and compensated
    #[value(name = "declined")]
    DeclinedAtCharge,
    /// The order saga, refused at its last step and compensated
    #[value(name = "failed-last")]
    FailedAtTheLastStep,
    /// The Step Functions API: a start of `amends engine`, and calls over the wire with the AWS SDK
    Wire,
    /// A restart of `amends engine` with ten times --sagas finished executions and --sagas open ones; only when asked for
    Restart,
}

impl Case {
    /// What is measured if nothing else is said.
    pub(crate) const DEFAULT: [Self; 5] =
        [Self::EmptyHandlers, Self::Completed, Self::DeclinedAtCharge, Self::FailedAtTheLastStep, Self::Wire];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::EmptyHandlers => "empty handlers",
            Self::Completed => "order, completed",
            Self::DeclinedAtCharge => "order, declined at charge",
            Self::FailedAtTheLastStep => "order, failed at the last step",
            Self::Wire => "engine over the wire",
            Self::Restart => "engine, restarted",
        }
    }
}

/// How many sagas, and how many of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) sagas: u64,
    pub(crate) concurrency: u64,
}

impl Load {
    /// One at a time, and as few as a latency needs.
    pub(crate) fn alone(sagas: u64) -> Self {
        Self { sagas: (sagas / 20).max(1), concurrency: 1 }
    }

    /// As many at once as it takes to saturate the case. Empty handlers are an order of magnitude faster.
    pub(crate) fn saturated(case: Case, sagas: u64) -> Self {
        match case {
            Case::EmptyHandlers => Self { sagas: sagas * 5, concurrency: 2_000 },
            Case::Wire | Case::Restart => Self { sagas, concurrency: 64 },
            Case::Completed | Case::DeclinedAtCharge | Case::FailedAtTheLastStep => {
                Self { sagas, concurrency: 512 }
            }
        }
    }
}
