//! The names of the states that every machine has.

/// The states that a machine has besides its steps and their compensations.
pub(crate) const OWN_STATES: [&str; 4] = [SETTLE, UNWOUND, UNSETTLED, ALREADY_COMMITTED];

pub(super) const SETTLE: &str = "settle";
pub(super) const UNWOUND: &str = "unwound";
pub(super) const UNSETTLED: &str = "unsettled";
pub(super) const ALREADY_COMMITTED: &str = "already_committed";
