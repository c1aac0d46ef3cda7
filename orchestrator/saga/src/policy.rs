//! How long a step may take, how often it is tried, and whether the saga needs it.
//!
//! The times form a ladder: a worker's calls end before its lease, the lease before the state's time limit, and a
//! compensation is retried for longer than any earlier attempt can still act. A step whose ladder is broken does
//! not compile.

use crate::Backoff;

/// Whether the saga fails with the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// The saga cannot commit without it.
    Required,
    /// Giving up on it never rolls money back; it is done later, once the saga is committed.
    BestEffort,
}

/// The policy of one step. Start from [`StepPolicy::REQUIRED`] or [`StepPolicy::BEST_EFFORT`] and change what
/// differs.
///
/// ```compile_fail
/// use amends_saga::{SagaDefinition, SagaStep, StepPolicy};
/// # use amends_saga::{Compensated, StepCtx, StepError};
/// struct Hasty;
/// impl SagaStep for Hasty {
///     const NAME: &'static str = "hasty";
///     const COMPENSATION: &'static str = "calm_down";
///     // The lease ends before the worker's two calls may: this does not compile.
///     const POLICY: StepPolicy = StepPolicy { calls: 2, call_seconds: 30, ..StepPolicy::REQUIRED };
/// #   type Input = ();
/// #   type Output = ();
/// #   async fn execute(&self, _: &StepCtx, _: ()) -> Result<(), StepError> { Ok(()) }
/// #   async fn compensate(&self, _: &StepCtx, _: (), _: Option<()>) -> Result<Compensated, StepError> {
/// #       Ok(Compensated::NothingHappened)
/// #   }
/// }
/// let saga = SagaDefinition::builder("calm_saga").step::<Hasty>().build();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPolicy {
    /// Whether the saga needs the step.
    pub requirement: Requirement,
    /// How many provider calls one attempt makes at most.
    pub calls: u32,
    /// The time limit of one provider call.
    pub call_seconds: u32,
    /// What an attempt needs besides its calls.
    pub margin_seconds: u32,
    /// How long an attempt alone may act.
    pub lease_seconds: u32,
    /// The state's `TimeoutSeconds`.
    pub state_seconds: u32,
    /// How long after a request may have been sent the provider's answer "not found" proves nothing.
    pub settle_seconds: u32,
    /// The retries of `execute`; their end is where the saga gives up and unwinds.
    pub retries: Backoff,
    /// The retries of `compensate`; their end is where the row is parked.
    pub undo_retries: Backoff,
}

impl StepPolicy {
    /// A required step that makes one provider call of up to ten seconds.
    pub const REQUIRED: Self = Self {
        requirement: Requirement::Required,
        calls: 1,
        call_seconds: 10,
        margin_seconds: 5,
        lease_seconds: 30,
        state_seconds: 45,
        settle_seconds: 15,
        retries: Backoff { interval_seconds: 1, rate_tenths: 20, max_delay_seconds: 20, attempts: 8 },
        undo_retries: Backoff { interval_seconds: 1, rate_tenths: 20, max_delay_seconds: 30, attempts: 20 },
    };

    /// A step that the saga can do without for now.
    pub const BEST_EFFORT: Self = Self {
        requirement: Requirement::BestEffort,
        retries: Backoff { interval_seconds: 1, rate_tenths: 20, max_delay_seconds: 5, attempts: 2 },
        ..Self::REQUIRED
    };

    /// How long a state waits for another attempt's lease: longer than that attempt can last.
    pub const fn busy_retries(&self) -> Backoff {
        let delays = Backoff { interval_seconds: 1, rate_tenths: 15, max_delay_seconds: 10, attempts: 1 };
        delays.spanning_more_than(self.lease_seconds as u64 + self.state_seconds as u64)
    }

    /// Panics, while compiling, when the ladder is broken (invariant S18).
    ///
    /// # Panics
    /// Names the relation that does not hold.
    pub const fn assert_ladder(&self) {
        assert!(
            self.calls >= 1 && self.call_seconds >= 1,
            "a step makes at least one call of at least one second"
        );
        assert!(
            self.calls * self.call_seconds + self.margin_seconds < self.lease_seconds,
            "calls x call_seconds + margin_seconds must be less than lease_seconds"
        );
        assert!(self.lease_seconds < self.state_seconds, "lease_seconds must be less than state_seconds");
        assert!(
            self.undo_retries.span_seconds() > self.lease_seconds as u64 + self.settle_seconds as u64,
            "undo_retries must span more than lease_seconds + settle_seconds"
        );
    }

    /// Whether the saga needs the step.
    pub const fn is_required(&self) -> bool {
        matches!(self.requirement, Requirement::Required)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_policies_to_start_from_stand_on_their_own() {
        StepPolicy::REQUIRED.assert_ladder();
        StepPolicy::BEST_EFFORT.assert_ladder();
    }

    #[test]
    fn each_broken_rung_is_named() {
        let check = |policy: StepPolicy, expected: &str| {
            let panic = std::panic::catch_unwind(|| policy.assert_ladder()).unwrap_err();
            let message = panic.downcast_ref::<&str>().copied().unwrap_or("");
            assert!(message.contains(expected), "{message:?} should mention {expected:?}");
        };
        let sound = StepPolicy::REQUIRED;
        check(StepPolicy { calls: 3, ..sound }, "less than lease_seconds");
        check(StepPolicy { state_seconds: 30, ..sound }, "less than state_seconds");
        check(StepPolicy { settle_seconds: 3600, ..sound }, "undo_retries must span");
        check(StepPolicy { calls: 0, ..sound }, "at least one call");
    }

    #[test]
    fn waiting_for_a_lease_outlasts_its_holder() {
        let policy = StepPolicy::REQUIRED;
        let longest = u64::from(policy.lease_seconds + policy.state_seconds);
        assert!(policy.busy_retries().span_seconds() > longest);
    }
}
