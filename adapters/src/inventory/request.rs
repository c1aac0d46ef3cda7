//! What is asked of an inventory provider, and what it answers.

use serde::{Deserialize, Serialize};

/// Stock that was sold under one reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// The merchant's reference, by which the sync is found and reverted.
    pub reference: String,
    /// What was sold.
    pub lines: Vec<SyncLine>,
}

/// A quantity of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncLine {
    /// The stock keeping unit.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// The provider has recorded the sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReceipt {
    /// The provider's id of the record.
    pub id: String,
}

/// The outcome of a revert: in each case nothing is recorded under the reference, as far as the provider knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reverted {
    /// The record was there and is taken back.
    Reverted,
    /// It had been taken back before, under another key.
    AlreadyReverted,
    /// There is none. Proves nothing until the provider's settle time has passed.
    NothingFound,
}
