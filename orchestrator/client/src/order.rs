//! Orders, as they are sent and received.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An order to be placed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    /// The order's id, chosen by the order service: 1 to 64 letters, digits, `-` and `_`. A new try needs a new one.
    pub order_id: String,
    /// Who orders.
    pub customer: Customer,
    /// ISO 4217 code.
    pub currency: String,
    /// What is ordered.
    pub lines: Vec<Line>,
    /// The payment provider's token.
    pub payment_method: String,
}

/// Who orders.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The order service's id of the customer.
    pub id: String,
    /// Where the confirmation goes.
    pub email: String,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Shows the order's id only: the rest is personal.
impl fmt::Debug for NewOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewOrder").field("order_id", &self.order_id).finish_non_exhaustive()
    }
}

/// Shows the id only: the rest is personal.
impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The product.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// An order that was placed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Placed {
    /// The order.
    pub order_id: String,
    /// When it arrived (RFC 3339).
    pub created: String,
    /// Whether it had been placed before, by an earlier request that was equal.
    #[serde(skip)]
    pub before: bool,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its steps are being done.
    Running,
    /// It is being undone.
    Unwinding,
    /// Everything is done.
    Completed,
    /// Everything is undone.
    Compensated,
    /// Something could not be undone and waits for a person.
    Stuck,
}

impl Status {
    /// Whether this is a verdict.
    pub const fn is_verdict(self) -> bool {
        match self {
            Self::Running | Self::Unwinding => false,
            Self::Completed | Self::Compensated | Self::Stuck => true,
        }
    }
}

/// An amount of money in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units of the currency.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// An order, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The order.
    pub order_id: String,
    /// Where it stands.
    pub status: Status,
    /// Whether a stuck order is being undone once more.
    pub repairing: bool,
    /// Why it is not, or will not be, completed.
    pub reason: Option<String>,
    /// What it costs, once prices are frozen.
    pub total: Option<Money>,
    /// When it arrived (RFC 3339).
    pub created: String,
    /// When it got its verdict (RFC 3339).
    pub ended: Option<String>,
    /// What is known of each step.
    pub steps: Vec<Step>,
    /// What happened when.
    pub timeline: Vec<Moment>,
}

/// Where one step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The step's name.
    pub step: String,
    /// `started`, `done`, `refused`, `undoing`, `undone` or `parked`.
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether an attempt may have had an effect that nobody has confirmed.
    pub in_doubt: bool,
    /// Why the last attempt failed.
    pub reason: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When (RFC 3339).
    pub at: String,
    /// The step, or `order`.
    pub of: String,
    /// What, for people.
    pub what: String,
}

/// A cancel that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Cancelled {
    /// Whether the order was being undone before.
    pub was_under_way: bool,
}
