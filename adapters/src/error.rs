//! Why a provider did not say yes, and what that proves.
//!
//! The one question that matters is whether the effect may have happened. Only an answer that is known to mean "no"
//! proves it did not; everything else, and everything unrecognised, is [`Effect::Unknown`].

use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// A call that was not answered with success.
///
/// No message contains a key, a payment method, an address or text that the provider wrote for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// The provider decided against it: a declined card, a recipient that does not exist.
    #[error("declined by the provider: {code}")]
    Declined {
        /// The provider's reason.
        code: Code,
    },
    /// The request can never be accepted as it is.
    #[error("the provider does not accept this request: {code}")]
    Invalid {
        /// What is wrong with it.
        code: Code,
    },
    /// The object that the request is about does not exist.
    #[error("the provider does not know this object")]
    NotFound,
    /// The object exists and its state forbids this: capturing a cancelled payment.
    #[error("the object's state forbids this: it is {state}")]
    WrongState {
        /// The state that it is in.
        state: Code,
    },
    /// An earlier call with this key is still at work.
    #[error("an earlier call with the same key is still at work")]
    KeyInUse,
    /// The key is known with another body, which is a mistake of ours.
    #[error("the key was used before with another body")]
    KeyReused,
    /// Too many calls; this one was not looked at.
    #[error("the provider asks to slow down")]
    RateLimited {
        /// How long it asks to wait.
        after: Option<Duration>,
    },
    /// Proven not sent, or refused before anything was done: no connection, a refusal that says so.
    #[error("the provider is unavailable and did nothing")]
    Unavailable {
        /// How long it asks to wait.
        after: Option<Duration>,
    },
    /// Sent, and not answered within the call's limit.
    #[error("no answer within the time limit")]
    TimedOut,
    /// Sent, and the connection ended before the answer.
    #[error("the connection ended before the answer")]
    Interrupted,
    /// The provider failed while it worked on this.
    #[error("the provider failed with status {status}")]
    ServerError {
        /// The status it answered with.
        status: u16,
    },
    /// An answer that could not be understood.
    #[error("the provider's answer could not be understood")]
    Unreadable,
}

/// Whether the effect of a failed call may have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Proven: this call did nothing, and will not.
    None,
    /// It may have happened, or may yet.
    Unknown,
}

/// Whether asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The answer will not change.
    Never,
    /// It may.
    Later {
        /// How long the provider asks to wait.
        after: Option<Duration>,
    },
}

impl ProviderError {
    /// A refusal by the provider, with its reason.
    pub fn declined(code: &str) -> Self {
        Self::Declined { code: Code::new(code) }
    }

    /// A request that can never be accepted, with what is wrong.
    pub fn invalid(code: &str) -> Self {
        Self::Invalid { code: Code::new(code) }
    }

    /// A request that the object's state forbids.
    pub fn wrong_state(state: &str) -> Self {
        Self::WrongState { state: Code::new(state) }
    }

    /// Whether the effect may have happened.
    ///
    /// A reused key is Unknown although this call was refused: something else was done under that key.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Declined { .. }
            | Self::Invalid { .. }
            | Self::NotFound
            | Self::WrongState { .. }
            | Self::RateLimited { .. }
            | Self::Unavailable { .. } => Effect::None,
            Self::KeyInUse
            | Self::KeyReused
            | Self::TimedOut
            | Self::Interrupted
            | Self::ServerError { .. }
            | Self::Unreadable => Effect::Unknown,
        }
    }

    /// Whether asking again may help.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Declined { .. }
            | Self::Invalid { .. }
            | Self::NotFound
            | Self::WrongState { .. }
            | Self::KeyReused => Retry::Never,
            Self::RateLimited { after } | Self::Unavailable { after } => Retry::Later { after: *after },
            Self::KeyInUse
            | Self::TimedOut
            | Self::Interrupted
            | Self::ServerError { .. }
            | Self::Unreadable => Retry::Later { after: None },
        }
    }
}

/// A provider's short reason, such as `insufficient_funds`.
///
/// Only letters, digits, `_`, `-` and `.`, at most 64: a sentence, an address or a card number in its place becomes
/// `unrecognised`, so that no personal data travels in an error.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Code(String);

impl Code {
    const MAX_CHARACTERS: usize = 64;

    /// The reason, or `unrecognised` if it does not look like one.
    pub fn new(text: &str) -> Self {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let has_long_number = text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 6);
        let fits = !text.is_empty() && text.len() <= Self::MAX_CHARACTERS;
        let accepted = fits && text.bytes().all(plain) && !has_long_number;
        Self(if accepted { text } else { "unrecognised" }.to_owned())
    }

    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_no_proves_that_nothing_happened() {
        let check = |error: ProviderError, effect: Effect, asks_again: bool| {
            assert_eq!(error.effect(), effect, "{error}");
            assert_eq!(error.retry() != Retry::Never, asks_again, "{error}");
        };
        check(ProviderError::declined("card_declined"), Effect::None, false);
        check(ProviderError::invalid("no_such_method"), Effect::None, false);
        check(ProviderError::NotFound, Effect::None, false);
        check(ProviderError::wrong_state("canceled"), Effect::None, false);
        check(ProviderError::RateLimited { after: None }, Effect::None, true);
        check(ProviderError::Unavailable { after: None }, Effect::None, true);
        check(ProviderError::KeyReused, Effect::Unknown, false);
        check(ProviderError::KeyInUse, Effect::Unknown, true);
        check(ProviderError::TimedOut, Effect::Unknown, true);
        check(ProviderError::Interrupted, Effect::Unknown, true);
        check(ProviderError::ServerError { status: 500 }, Effect::Unknown, true);
        check(ProviderError::Unreadable, Effect::Unknown, true);
    }

    #[test]
    fn a_code_that_is_not_a_code_is_not_passed_on() {
        let check = |text: &str, expected: &str| assert_eq!(Code::new(text).as_str(), expected);
        check("insufficient_funds", "insufficient_funds");
        check("5.1.1", "5.1.1");
        for leak in
            ["", "ada@example.com", "4242424242424242", "your card ends in 42", "a\nb", &"x".repeat(65)]
        {
            check(leak, "unrecognised");
        }
    }

    #[test]
    fn the_wait_that_the_provider_asks_for_is_passed_on() {
        let after = Some(Duration::from_secs(7));
        assert_eq!(ProviderError::RateLimited { after }.retry(), Retry::Later { after });
    }
}
