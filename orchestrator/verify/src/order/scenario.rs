//! Orders that are placed, the stock that there is, and the sandbox's books.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use amends_adapters::books::{Entries, MemoryBooks};
use amends_adapters::inventory::{Inventory, SandboxInventory};
use amends_adapters::notification::{Notification, SandboxNotification};
use amends_adapters::payment::{Payment, SandboxPayment};
use amends_adapters::sandbox;
use amends_coordinator::{NewOrder, SagaKind, place};
use amends_harness::Saga;
use amends_store::{ProductRow, Store, StoreError};
use amends_types::{BoxFuture, Clock, Money, Timestamp};
use amends_workers::{OrderSagaParts, order_saga};
use futures_util::FutureExt;
use serde_json::json;

use super::inventory::WiredInventory;
use super::notification::WiredNotification;
use super::payment::WiredPayment;
use super::served::hook;
use crate::effect::BookEffect;
use crate::explore::{Parts, Scenario, Stage};

/// Makes the saga's steps; mutants have others.
pub(crate) type MakeSaga = fn(OrderSagaParts) -> Saga;

/// Makes the inventory system at the end of the wire of the sandbox's; mutants have others.
pub(crate) type MakeInventory = fn(Arc<dyn Inventory>) -> Arc<dyn Inventory>;

/// Orders placed at once.
#[derive(Clone)]
pub struct OrderScenario {
    name: &'static str,
    /// For each order, what it wants.
    orders: Vec<(&'static str, Vec<&'static str>)>,
    /// How many there are of each product.
    stocked: u64,
    saga: MakeSaga,
    /// How much later than it promises a provider serves what is late.
    lateness: Duration,
    inventory: MakeInventory,
}

impl OrderScenario {
    /// One order of two products.
    pub fn one_order() -> Self {
        let orders = vec![("order-1", vec!["MUG", "TEE"])];
        Self::new("one_order", orders)
    }

    /// Two orders, and of the product that both want there is one.
    pub fn last_item() -> Self {
        let orders = vec![("order-1", vec!["MUG"]), ("order-2", vec!["MUG"])];
        Self::new("last_item", orders)
    }

    fn new(name: &'static str, orders: Vec<(&'static str, Vec<&'static str>)>) -> Self {
        let (saga, lateness) = (order_saga, Duration::ZERO);
        Self { name, orders, stocked: 1, saga, lateness, inventory: |inventory| inventory }
    }

    pub(crate) fn with_saga(mut self, saga: MakeSaga) -> Self {
        self.saga = saga;
        self
    }

    pub(crate) fn with_stocked(mut self, stocked: u64) -> Self {
        self.stocked = stocked;
        self
    }

    pub(crate) fn with_inventory(mut self, inventory: MakeInventory) -> Self {
        self.inventory = inventory;
        self
    }

    pub(crate) fn with_lateness(mut self, lateness: Duration) -> Self {
        self.lateness = lateness;
        self
    }
}

impl Scenario for OrderScenario {
    fn name(&self) -> &str {
        self.name
    }

    fn stage(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Box::new(Shop { scenario: self.clone(), books: Arc::new(MemoryBooks::new()), clock })
    }
}

/// One run's books.
struct Shop {
    scenario: OrderScenario,
    books: Arc<MemoryBooks>,
    clock: Arc<dyn Clock>,
}

impl Stage for Shop {
    fn saga(&self, parts: Parts) -> Saga {
        let Parts { store, wire, .. } = parts;
        let (books, clock) = (self.books.clone(), self.clock.clone());
        let late = self.scenario.lateness;
        let payment = SandboxPayment::new(books.clone(), clock.clone());
        let payment_hook = hook(&wire, payment.contract(), late);
        let notification = SandboxNotification::new(books.clone(), clock.clone());
        let notification_hook = hook(&wire, notification.contract(), late);
        let inventory = SandboxInventory::new(books, clock);
        let inventory_hook = hook(&wire, inventory.contract(), late);
        (self.scenario.saga)(OrderSagaParts {
            payment: Arc::new(WiredPayment { inner: payment.with_faults(payment_hook), wire: wire.clone() }),
            notification: Arc::new(WiredNotification {
                inner: notification.with_faults(notification_hook),
                wire: wire.clone(),
            }),
            inventory: Arc::new(WiredInventory {
                inner: (self.scenario.inventory)(Arc::new(inventory.with_faults(inventory_hook))),
                wire,
            }),
            store,
        })
    }

    fn begin<'a>(&'a self, store: &'a dyn Store, kind: &'a SagaKind) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let stocked = self.scenario.stocked;
            store
                .transact(move |tx| {
                    for sku in ["MUG", "TEE"] {
                        tx.insert_product(&product(sku, stocked))?;
                    }
                    Ok::<_, StoreError>(())
                })
                .await
                .map_err(|error| error.to_string())?;
            for (id, skus) in &self.scenario.orders {
                let order = order(id, skus)?;
                place(store, kind, order).await.map_err(|error| error.to_string())?;
            }
            Ok(())
        })
    }

    fn settle(&self, now: Timestamp) {
        let settled = sandbox::settle(&*self.books, now).now_or_never();
        settled.expect("books in memory answer at once").expect("books in memory do not fail");
    }

    fn effects(&self) -> Vec<(String, BookEffect)> {
        let mut entries: Vec<_> = Entries::of(&*self.books).filter_map(Result::ok).collect();
        entries.sort_by_key(|entry| entry.seq);
        entries.iter().map(|entry| (entry.reference.clone(), BookEffect::of_entry(entry))).collect()
    }

    fn fingerprint(&self, now: Timestamp) -> u64 {
        let mut hasher = DefaultHasher::new();
        for entry in Entries::of(&*self.books).filter_map(Result::ok) {
            (entry.effect, entry.key, &entry.reference, &entry.object, &entry.scenario).hash(&mut hasher);
            (entry.body_sha256.to_string(), crate::explore::age(entry.at, now)).hash(&mut hasher);
        }
        for (due, key) in self.books.under_way() {
            (due.as_micros() - now.as_micros(), key).hash(&mut hasher);
        }
        hasher.finish()
    }

    fn commits(&self) -> usize {
        // One, also where two want the last item.
        1
    }

    fn keeps_books(&self, _: &str) -> bool {
        true
    }
}

fn product(sku: &str, stocked: u64) -> ProductRow {
    let currency = "USD".parse().expect("USD is a currency");
    let price = Money { minor: 1999, currency };
    ProductRow { sku: sku.into(), name: sku.into(), price, stocked, free: stocked }
}

fn order(id: &str, skus: &[&str]) -> Result<NewOrder, String> {
    let lines: Vec<_> = skus.iter().map(|sku| json!({ "sku": sku, "quantity": 1 })).collect();
    let order = json!({
        "order_id": id,
        "customer": { "id": "c-1", "email": "ada@example.com" },
        "currency": "USD",
        "lines": lines,
        "payment_method": "pm_card_visa",
    });
    NewOrder::from_json(order.to_string().as_bytes()).map_err(|error| error.to_string())
}
