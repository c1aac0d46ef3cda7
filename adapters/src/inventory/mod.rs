//! Inventory: telling an external stock system what was sold, and taking it back.

mod provider;
mod request;

pub use provider::Inventory;
pub use request::{Reverted, SyncLine, SyncReceipt, SyncRequest};
