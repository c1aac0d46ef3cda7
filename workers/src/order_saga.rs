//! The order saga: `order → reserve_stock → charge → notify → external_inventory_sync`.

use std::sync::Arc;

use amends_adapters::inventory::Inventory;
use amends_adapters::notification::Notification;
use amends_adapters::payment::Payment;
use amends_harness::Saga;
use amends_store::Store;

use crate::{
    Charge, ChargeInput, ExternalInventorySync, Notify, NotifyInput, Order, ReserveStock, StockLines,
    SyncInput,
};

/// What the order saga's steps work with.
pub struct OrderSagaParts {
    /// Who takes the money.
    pub payment: Arc<dyn Payment>,
    /// Who tells the customer.
    pub notification: Arc<dyn Notification>,
    /// Who is told what was sold.
    pub inventory: Arc<dyn Inventory>,
    /// Where the customers' addresses are.
    pub store: Arc<dyn Store>,
}

/// The order saga.
pub fn order_saga(parts: OrderSagaParts) -> Saga {
    Saga::builder("order_saga")
        .local_step(Order, |sources| sources.input())
        .local_step(ReserveStock, |sources| Ok(StockLines::of(&sources.local_output::<Order>()?.lines)))
        .step(Charge::new(parts.payment), |sources| {
            let order = sources.local_output::<Order>()?;
            Ok(ChargeInput { amount: order.total, payment_method: order.payment_method })
        })
        .step(Notify::new(parts.notification, parts.store), |sources| {
            Ok(NotifyInput { total: sources.local_output::<Order>()?.total })
        })
        .step(ExternalInventorySync::new(parts.inventory), |sources| {
            Ok(SyncInput::of(&sources.local_output::<Order>()?.lines))
        })
        .build()
}
