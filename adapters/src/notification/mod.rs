//! Notification: telling the customer.

mod notice;
mod provider;

pub use notice::{Notice, NoticeKind, Recipient, Sent};
pub use provider::{Notification, SentLookup};
