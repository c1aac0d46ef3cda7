//! Orders: what was asked for, and what it was frozen to.

use amends_types::{Currency, Money, Personal, SagaId, Sha256Hex, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{SagaState, StoreError};

/// Who ordered. Everything but the id is personal and can be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The order service's id of the customer.
    pub id: String,
    /// Where the confirmation goes.
    pub email: Personal<String>,
    /// A telephone number for text messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<String>>,
}

/// A line as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The product.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// A line as it was accepted, at the catalogue's price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricedLine {
    /// The product.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// The price of one, in minor units of the order's currency.
    pub unit_price_minor: i64,
}

/// What became of the order itself (what became of its saga is in the saga row).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// It arrived.
    Received,
    /// Its lines, prices and total are frozen.
    Accepted,
    /// It was undone. The row stays.
    Cancelled,
}

impl OrderStatus {
    /// All statuses.
    pub const ALL: [Self; 3] = [Self::Received, Self::Accepted, Self::Cancelled];

    /// The name under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// The order's id, which is its saga's.
    pub id: SagaId,
    /// The fingerprint of the order as it arrived; a repeat must have the same.
    pub body_sha256: Sha256Hex,
    /// Who ordered.
    pub customer: Customer,
    /// The currency of all its lines.
    pub currency: Currency,
    /// What was asked for.
    pub lines: Vec<OrderLine>,
    /// The payment provider's token.
    pub payment_method: Personal<String>,
    /// What became of it.
    pub status: OrderStatus,
    /// The frozen lines; empty until accepted.
    pub priced: Vec<PricedLine>,
    /// The frozen total.
    pub total: Option<Money>,
    /// When it arrived.
    pub created: Timestamp,
    /// The key that its sender chose for the request, if it is not the order's id.
    pub idempotency_key: Option<String>,
    /// Who placed it.
    pub placed_by: String,
    /// When what is personal in it was erased.
    pub erased: Option<Timestamp>,
}

/// Which orders are wanted: newest first, and of those that came at one moment the greatest id first.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery {
    /// Only this customer's.
    pub customer: Option<String>,
    /// Only those whose saga stands there.
    pub state: Option<SagaState>,
    /// Only those that arrived then or later.
    pub created_from: Option<Timestamp>,
    /// Only those that arrived earlier.
    pub created_before: Option<Timestamp>,
    /// Only those that come after this place.
    pub after: Option<(Timestamp, SagaId)>,
    /// At most so many.
    pub limit: usize,
}

/// Orders in a transaction.
pub trait OrdersTx {
    /// The order of this id.
    ///
    /// # Behaviour
    /// - An order that is not there is none.
    ///
    /// # Errors
    /// When the store fails.
    fn order(&mut self, id: &SagaId) -> Result<Option<OrderRow>, StoreError>;

    /// Adds an order.
    ///
    /// # Behaviour
    /// - A second order of the same id is refused and changes nothing.
    /// - A second order of the same key is refused and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is one of this id or key.
    fn insert_order(&mut self, row: &OrderRow) -> Result<(), StoreError>;

    /// Changes what became of an order: status, frozen lines and total. What was asked for never changes.
    ///
    /// # Behaviour
    /// - An update changes what became of the order and never what was asked for.
    /// - An update of an order that is not there is refused.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is none of this id.
    fn update_order(&mut self, row: &OrderRow) -> Result<(), StoreError>;

    /// The order that was placed with this key, where that is not its id.
    ///
    /// # Behaviour
    /// - An order is found by the key that its sender chose.
    ///
    /// # Errors
    /// When the store fails.
    fn order_by_key(&mut self, key: &str) -> Result<Option<OrderRow>, StoreError>;

    /// A page of orders, each with the state of its saga.
    ///
    /// # Behaviour
    /// - The newest orders come first and pages meet without gaps.
    /// - A page of orders may be of one customer state or time.
    ///
    /// # Errors
    /// When the store fails.
    fn order_page(&mut self, query: &OrderQuery) -> Result<Vec<(OrderRow, SagaState)>, StoreError>;

    /// Replaces what is personal in an order by nothing, and records when; the customer's id is replaced by `customer`.
    /// What was bought and paid stays.
    ///
    /// # Behaviour
    /// - Erasing takes what is personal and nothing else.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is none of this id.
    fn erase_order(&mut self, id: &SagaId, customer: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Orders that no saga will ever bring to an end, in the order of their ids, at most `limit`. There must be none:
    /// the two are written together. Reads all orders; for audits.
    ///
    /// # Behaviour
    /// - An order without a saga is found.
    ///
    /// # Errors
    /// When the store fails.
    fn orders_without_saga(&mut self, limit: usize) -> Result<Vec<SagaId>, StoreError>;
}
