//! What can happen to one call on its way, and the hook through which a fault explorer chooses it.

use std::sync::Arc;
use std::time::Duration;

use amends_types::IdempotencyKey;

use crate::ProviderKind;

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing bad.
    None,
    /// The connection is refused: proven not done.
    Unavailable,
    /// The provider decides against it: proven not done, and the answer is final.
    Declined,
    /// The request is lost after it was sent; nothing happens, and the caller cannot know.
    RequestLost,
    /// A 5xx answer, and nothing happens.
    ErrorBeforeEffect,
    /// The effect happens, and the reply is lost.
    ReplyLost,
    /// The effect happens, and the answer is a 5xx.
    ErrorAfterEffect,
    /// A part of the lines is done, and the answer is a 5xx. A request that has no parts is done as a whole, as with
    /// [`Fault::ErrorAfterEffect`].
    Partial,
    /// The request arrives late, even if the caller has given up by then.
    Delayed {
        /// How much later.
        by: Duration,
    },
}

/// One call, at the moment its fault is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPoint<'a> {
    /// The kind of provider that is called.
    pub provider: ProviderKind,
    /// What is asked.
    pub operation: Operation,
    /// For which reference.
    pub reference: &'a str,
    /// The key; lookups have none.
    pub key: Option<IdempotencyKey>,
}

/// What a provider can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Make a payment object.
    Prepare,
    /// Take its money.
    Capture,
    /// Cancel or refund it.
    Reverse,
    /// Look it up.
    Status,
    /// Record a sale.
    Sync,
    /// Look for a recorded sale.
    Find,
    /// Take a recorded sale back.
    Revert,
    /// Send a notice.
    Send,
    /// Look for a sent notice.
    Sent,
}

impl Operation {
    /// The name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Capture => "capture",
            Self::Reverse => "reverse",
            Self::Status => "status",
            Self::Sync => "sync",
            Self::Find => "find",
            Self::Revert => "revert",
            Self::Send => "send",
            Self::Sent => "sent",
        }
    }
}

/// Chooses the fault of every call. Wins over the scenario of the test data, unless it answers [`Fault::None`].
pub type FaultHook = Arc<dyn Fn(&CallPoint<'_>) -> Fault + Send + Sync>;
