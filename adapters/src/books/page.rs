//! The books while one transaction has them to itself.

use amends_types::{IdempotencyKey, Sha256Hex, Timestamp};

use super::{BooksError, Entry, NewEntry};
use crate::ProviderKind;

/// What a provider may do with its books within one transaction.
pub trait Page {
    /// The latest entry made under `key`.
    ///
    /// # Errors
    /// When the storage fails, as in every method here.
    fn latest_of_key(
        &mut self,
        provider: ProviderKind,
        key: &IdempotencyKey,
    ) -> Result<Option<Entry>, BooksError>;

    /// Everything one provider did for one reference, oldest first.
    ///
    /// # Errors
    /// When the storage fails.
    fn entries_of(&mut self, provider: ProviderKind, reference: &str) -> Result<Vec<Entry>, BooksError>;

    /// Enters an effect.
    ///
    /// # Errors
    /// When the storage fails.
    fn append(&mut self, entry: NewEntry) -> Result<Entry, BooksError>;

    /// Counts one more call, and answers how many there had been.
    ///
    /// # Errors
    /// When the storage fails.
    fn count_call(
        &mut self,
        provider: ProviderKind,
        reference: &str,
        operation: &'static str,
    ) -> Result<u32, BooksError>;

    /// Remembers a request that has yet to arrive, unless one with its key is remembered already.
    ///
    /// # Errors
    /// When the storage fails.
    fn delay(&mut self, delayed: Delayed) -> Result<(), BooksError>;

    /// The requests for one reference that have not been served, first due first.
    ///
    /// # Errors
    /// When the storage fails.
    fn delayed_of(&mut self, provider: ProviderKind, reference: &str) -> Result<Vec<Delayed>, BooksError>;

    /// All requests that are due by `now`, first due first.
    ///
    /// # Errors
    /// When the storage fails.
    fn due(&mut self, now: Timestamp) -> Result<Vec<Delayed>, BooksError>;

    /// Forgets a delayed request, because it is being served.
    ///
    /// # Errors
    /// When the storage fails.
    fn forget_delayed(&mut self, delayed: &Delayed) -> Result<(), BooksError>;
}

/// A request that was sent and has not arrived. It will, whether or not its sender still waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delayed {
    /// When it arrives.
    pub due_at: Timestamp,
    /// At whom.
    pub provider: ProviderKind,
    /// The merchant's reference.
    pub reference: String,
    /// Its key.
    pub key: IdempotencyKey,
    /// The digest of its body.
    pub body_sha256: Sha256Hex,
    /// The request as JSON.
    pub request: String,
}
