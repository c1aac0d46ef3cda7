//! Why a stub did not say yes, and what that proves.

use amends_saga::{Effect, StepError};
use thiserror::Error;

/// A call of a stub that was not answered with success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum StubError {
    /// It decided against it.
    #[error("declined by the provider")]
    Declined,
    /// Every place is taken.
    #[error("the provider has no place left")]
    Full,
    /// It cannot be reached, and did nothing.
    #[error("the provider is unavailable and did nothing")]
    Unavailable,
    /// An earlier request with this key is still on its way.
    #[error("an earlier call with the same key is still at work")]
    KeyInUse,
    /// The key is known with another body.
    #[error("the key was used before with another body")]
    KeyReused,
    /// Sent, and not answered within the call's limit.
    #[error("no answer within the time limit")]
    TimedOut,
    /// Sent, and the connection ended before the answer.
    #[error("the connection ended before the answer")]
    Interrupted,
    /// It failed while it worked on this.
    #[error("the provider failed with status 500")]
    ServerError,
}

impl StubError {
    /// Whether the effect may have happened. A reused key proves nothing: something else was done under it.
    pub const fn effect(self) -> Effect {
        match self {
            Self::Declined | Self::Full | Self::Unavailable => Effect::None,
            Self::KeyInUse | Self::KeyReused | Self::TimedOut | Self::Interrupted | Self::ServerError => {
                Effect::Possible
            }
        }
    }
}

impl From<StubError> for StepError {
    fn from(error: StubError) -> Self {
        let reason = error.to_string();
        match error {
            StubError::Declined | StubError::Full => Self::Rejected(reason),
            StubError::Unavailable => Self::Transient(reason),
            // Asking again with the same key changes nothing, and it is our mistake.
            StubError::KeyReused => Self::Bug(reason),
            StubError::KeyInUse | StubError::TimedOut | StubError::Interrupted | StubError::ServerError => {
                Self::Unknown(reason)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_error_proves_is_what_the_step_says() {
        let check = |error: StubError, expected: StepError| {
            assert_eq!(StepError::from(error), expected);
            assert_eq!(error.effect(), expected.effect(), "{error}");
        };
        let reason = |error: StubError| error.to_string();
        for error in [StubError::Declined, StubError::Full] {
            check(error, StepError::Rejected(reason(error)));
        }
        check(StubError::Unavailable, StepError::Transient(reason(StubError::Unavailable)));
        check(StubError::KeyReused, StepError::Bug(reason(StubError::KeyReused)));
        for error in
            [StubError::KeyInUse, StubError::TimedOut, StubError::Interrupted, StubError::ServerError]
        {
            check(error, StepError::Unknown(reason(error)));
        }
    }
}
