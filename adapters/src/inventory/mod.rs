//! Inventory: telling an external stock system what was sold, and taking it back.

mod ask;
mod provider;
mod request;
pub(crate) mod sandbox;
#[cfg(test)]
pub(crate) mod suite;
mod test_sku;

pub(crate) use ask::InventoryAsk;
pub use provider::Inventory;
pub use request::{Reverted, SyncLine, SyncReceipt, SyncRequest};
pub use sandbox::SandboxInventory;
