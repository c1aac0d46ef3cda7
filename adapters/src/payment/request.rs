//! What is asked of a payment provider, and what it answers.

use std::fmt;

use amends_types::Money;
use serde::{Deserialize, Serialize};

/// A payment to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRequest {
    /// The merchant's reference, which appears in the provider's books.
    pub reference: String,
    /// What to take.
    pub amount: Money,
    /// From where.
    pub payment_method: PaymentMethod,
}

/// A token for a card or an account, as the provider issued it. `Debug` never shows it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaymentMethod(String);

impl PaymentMethod {
    /// Marks `token` as one.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself. Do not log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PaymentMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[payment method]")
    }
}

/// The provider's id of one payment object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaymentId(String);

impl PaymentId {
    /// An id that the provider issued.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Money was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// On which payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
}

/// A payment is in its final state, with nothing taken on balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reversed {
    /// Nothing had been taken, and nothing can be from now on.
    Canceled,
    /// What had been taken was given back.
    Refunded {
        /// How much.
        amount: Money,
        /// The provider's id of the refund.
        refund: String,
    },
    /// It had been reversed before, under another key.
    AlreadyReversed,
}

/// Where a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Made, and nothing taken.
    Prepared,
    /// Taken.
    Captured {
        /// How much.
        amount: Money,
    },
    /// Cancelled before anything was taken; it can never be captured.
    Canceled,
    /// Taken and given back.
    Refunded {
        /// How much.
        amount: Money,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_payment_method() {
        assert_eq!(format!("{:?}", PaymentMethod::new("pm_card_visa")), "[payment method]");
    }
}
