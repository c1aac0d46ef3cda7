//! The steps, one per file, and the saga that is made of them.
//!
//! To add a step: write its file, and put it into the saga in `order_saga.rs`; the state machines, the compensation
//! chain and the ledger row follow from that.

mod charge;
mod external_inventory_sync;
mod notify;
mod order;
mod order_saga;
mod provider_error;
mod reserve_stock;

pub use charge::{Charge, ChargeInput, ChargeOutput};
pub use external_inventory_sync::{ExternalInventorySync, SyncInput, SyncOutput};
pub use notify::{Notify, NotifyInput, NotifyOutput};
pub use order::{AcceptedOrder, Order, OrderInput};
pub use order_saga::{OrderSagaParts, order_saga};
pub use reserve_stock::{ReserveStock, ReservedLine, StockLines};
