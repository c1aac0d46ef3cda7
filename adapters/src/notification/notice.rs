//! What is said to a customer.

use amends_types::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

/// One message to one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The merchant's reference, by which the notice is looked up.
    pub reference: String,
    /// What it is about.
    pub kind: NoticeKind,
    /// Who gets it.
    pub to: Recipient,
    /// The subject: one line.
    pub subject: String,
    /// The text, plain.
    pub text: String,
    /// The date it carries: when what it tells happened. Not the time of sending, so that a repeat is the same
    /// message byte for byte.
    pub at: Timestamp,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The order is accepted and paid.
    OrderConfirmed,
    /// What an earlier notice said is no longer true.
    Correction,
}

/// How to reach a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// E-mail address.
    pub email: Personal<String>,
    /// Telephone number, if known.
    pub phone: Option<Personal<String>>,
}

/// The provider took the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The id of the message.
    pub id: String,
}
