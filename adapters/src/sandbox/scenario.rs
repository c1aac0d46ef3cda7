//! What a piece of test data makes happen, call by call.
//!
//! A scenario knows only how often its operation was asked before for the same reference, which the books count: it
//! goes on where it was after a restart, and the same run meets the same faults.

use std::time::Duration;

use super::Fault;
use crate::ProviderError;

/// The course that one operation takes for one reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// All is well.
    Plain,
    /// Decided against, each time.
    Declined(&'static str),
    /// Not acceptable, each time.
    Invalid(&'static str),
    /// Unavailable, each time.
    Down,
    /// Unavailable for the first calls.
    DownForAWhile,
    /// The effect happens and the first reply is lost.
    LostReply,
    /// The effect happens and every reply is lost.
    LostReplies,
    /// The first request arrives after its limit.
    Slow,
    /// The first calls are answered with the same 5xx, although the effect happened at the first.
    ErrorAfterEffect,
    /// The first calls are answered with the same 5xx, and nothing happened.
    ErrorBeforeEffect,
}

impl Scenario {
    /// How many calls are refused by a provider that is down for a while.
    pub(crate) const REFUSED_CALLS: u32 = 2;
    /// How many calls are answered with a 5xx: the first, and one repeat from the provider's cache.
    pub(crate) const FAILED_CALLS: u32 = 2;
    /// When a slow request arrives. Longer than the sandboxes' call limit, and no longer than their settle time.
    pub(crate) const SLOW: Duration = Duration::from_secs(3);

    /// A 5xx after the effect for an even `amount`, and instead of it for an odd one.
    pub(crate) fn server_error(amount: i64) -> Self {
        if amount % 2 == 0 { Self::ErrorAfterEffect } else { Self::ErrorBeforeEffect }
    }

    /// Whether the course depends on how often it was asked before.
    pub(crate) fn counts(self) -> bool {
        match self {
            Self::Plain | Self::Declined(_) | Self::Invalid(_) | Self::Down | Self::LostReplies => false,
            Self::DownForAWhile
            | Self::LostReply
            | Self::Slow
            | Self::ErrorAfterEffect
            | Self::ErrorBeforeEffect => true,
        }
    }

    /// What happens to a call that `earlier` calls preceded.
    pub(crate) fn fault(self, earlier: u32) -> Result<Fault, ProviderError> {
        let first = earlier == 0;
        let chosen = |condition, fault| if condition { fault } else { Fault::None };
        Ok(match self {
            Self::Plain => Fault::None,
            Self::Declined(code) => return Err(ProviderError::declined(code)),
            Self::Invalid(code) => return Err(ProviderError::invalid(code)),
            Self::Down => Fault::Unavailable,
            Self::DownForAWhile => chosen(earlier < Self::REFUSED_CALLS, Fault::Unavailable),
            Self::LostReply => chosen(first, Fault::ReplyLost),
            Self::LostReplies => Fault::ReplyLost,
            Self::Slow => chosen(first, Fault::Delayed { by: Self::SLOW }),
            Self::ErrorAfterEffect => chosen(earlier < Self::FAILED_CALLS, Fault::ErrorAfterEffect),
            Self::ErrorBeforeEffect => chosen(earlier < Self::FAILED_CALLS, Fault::ErrorBeforeEffect),
        })
    }
}
