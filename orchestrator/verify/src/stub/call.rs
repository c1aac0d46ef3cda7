//! What a stub is asked, and what it answers.

use amends_types::IdempotencyKey;
use serde_json::Value;

/// A request that may change something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'a> {
    /// The saga that it is for: what a provider knows as the merchant's reference.
    pub reference: &'a str,
    /// What a repeated request is recognised by.
    pub key: IdempotencyKey,
    /// Everything else that makes the request what it is. A repeat must have the same.
    pub body: Value,
}

/// An effect that a stub had.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// The stub's id of it: `book_flight-trip-1-1`.
    pub id: String,
    /// Whether it was there before this was asked.
    pub repeated: bool,
}

/// What became of a request to take an effect back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reversed {
    /// The effect is taken back by this request, or was by an earlier one with its key.
    Now,
    /// It was taken back before, under another key.
    Before,
    /// There is no effect under this reference, and none was taken back. One may still be on its way.
    NothingFound,
}
