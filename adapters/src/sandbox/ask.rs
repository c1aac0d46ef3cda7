//! A request as the sandbox decides it: from what it asks, and what happened for its reference so far.
//!
//! It is data, so that a delayed one can be kept in the books and decided when it arrives.

use amends_types::Money;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Operation, Scenario};
use crate::books::{EffectKind, Entry};
use crate::{ProviderError, ProviderKind};

/// A request of one kind of provider.
pub(crate) trait Ask: Clone + Serialize + DeserializeOwned + Send + 'static {
    /// Who serves it.
    const PROVIDER: ProviderKind;
    /// What the ids of its objects begin with.
    const OBJECT_PREFIX: &'static str;

    /// Its name, by which the calls of one scenario are counted.
    fn operation(&self) -> Operation;

    /// The course that the test data in this request, or in the object that it is about, prescribes.
    fn scenario(&self, history: &[Entry]) -> Scenario;

    /// What the provider does about it. `history` is all it did for the same reference, oldest first.
    fn decide(&self, history: &[Entry]) -> Result<Ruling, ProviderError>;

    /// What is entered in place of `whole` when the provider fails after a part of it. A request that has no parts
    /// is done as a whole.
    fn part_of(&self, whole: Draft) -> Draft {
        whole
    }

    /// What is missing of `known`, the latest entry under this request's key; `None` if nothing is, which a request
    /// without parts answers.
    fn rest_of(&self, _known: &Entry, _history: &[Entry]) -> Result<Option<Draft>, ProviderError> {
        Ok(None)
    }
}

/// What a provider does about a request that it accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// Something that goes into the books.
    Enter(Draft),
    /// Nothing: things are already as asked.
    Leave(Unchanged),
}

/// An effect to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What happens.
    pub(crate) effect: EffectKind,
    /// On which object; `None` for a new one.
    pub(crate) object: Option<String>,
    /// The money it is about.
    pub(crate) amount: Option<Money>,
    /// The test scenario that a new object follows.
    pub(crate) scenario: Option<String>,
}

/// Why nothing had to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unchanged {
    /// It was undone before, under another key.
    AlreadyUndone,
    /// There is nothing under this reference.
    NothingFound,
}

/// What a request led to, now or when its key was first used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Served {
    /// This entry.
    Entered(Box<Entry>),
    /// Nothing.
    Left(Unchanged),
}
