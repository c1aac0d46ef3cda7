//! Orders that are placed, the stock that there is, and the sandbox's books.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use amends_adapters::books::{Entries, MemoryBooks};
use amends_adapters::inventory::{Inventory, SandboxInventory};
use amends_adapters::notification::SandboxNotification;
use amends_adapters::payment::SandboxPayment;
use amends_adapters::sandbox;
use amends_coordinator::{NewOrder, Placing, SagaHome, SagaKind, place};
use amends_harness::Saga;
use amends_saga::{SagaStep, StepPolicy};
use amends_store::{LedgerRow, ProductRow, Store, StoreError};
use amends_types::{BoxFuture, Clock, Money, Timestamp};
use amends_workers::{Charge, ExternalInventorySync, Notify, OrderSagaParts, order_saga};
use futures_util::FutureExt;
use serde_json::json;

use super::by_hand;
use super::inventory::WiredInventory;
use super::notification::WiredNotification;
use super::payment::WiredPayment;
use super::served::hook;
use crate::effect::BookEffect;
use crate::explore::{Parts, Scenario, Setting, Stage};

/// Makes the saga's steps; mutants have others.
pub(crate) type MakeSaga = fn(OrderSagaParts) -> Saga;

/// Makes the inventory system at the end of the wire of the sandbox's; mutants have others.
pub(crate) type MakeInventory = fn(Arc<dyn Inventory>) -> Arc<dyn Inventory>;

/// A line of an order: a product, and how many of it.
type Wanted = (&'static str, u32);

/// Orders placed at once.
#[derive(Clone)]
pub struct OrderScenario {
    name: &'static str,
    /// For each order, its lines.
    orders: Vec<(&'static str, Vec<Wanted>)>,
    /// How many there are of each product.
    stocked: u64,
    /// How many of the orders are committed if nothing goes wrong that does not pass by itself.
    commits: usize,
    saga: MakeSaga,
    /// How much later than it promises a provider serves what is late.
    lateness: Duration,
    inventory: MakeInventory,
    setting: Setting,
}

impl OrderScenario {
    /// One order of two products, one of them in two lines.
    pub fn one_order() -> Self {
        Self::new("one_order", vec![("order-1", vec![("MUG", 2), ("TEE", 1), ("MUG", 1)])], 3, 1)
    }

    /// Two orders, and of the product that both want there is one.
    pub fn last_item() -> Self {
        Self::new("last_item", vec![("order-1", vec![("MUG", 1)]), ("order-2", vec![("MUG", 1)])], 1, 1)
    }

    /// Two orders that have nothing to do with each other; the id of one begins with that of the other.
    pub fn side_by_side() -> Self {
        Self::new("side_by_side", vec![("order-1", vec![("MUG", 1)]), ("order-10", vec![("TEE", 2)])], 2, 2)
    }

    /// One order that is undone because there is no record of its sale, and whose refund is refused until a person
    /// looks.
    pub fn repaired() -> Self {
        let lines = vec![("MUG", 2), ("TEE", 1)];
        Self { setting: Setting::Repaired, ..Self::new("repaired", vec![("order-1", lines)], 3, 0) }
    }

    /// One order, with several coordinators.
    pub fn coordinators() -> Self {
        Self { setting: Setting::Coordinators, ..Self::one_of("coordinators") }
    }

    /// One order, whose engine is taken for lost.
    pub fn lost_engine() -> Self {
        Self { setting: Setting::Engines, ..Self::one_of("lost_engine") }
    }

    fn one_of(name: &'static str) -> Self {
        Self::new(name, vec![("order-1", vec![("MUG", 2), ("TEE", 1)])], 3, 1)
    }

    fn new(
        name: &'static str,
        orders: Vec<(&'static str, Vec<Wanted>)>,
        stocked: u64,
        commits: usize,
    ) -> Self {
        let (saga, lateness, setting) = (order_saga, Duration::ZERO, Setting::Alone);
        Self { name, orders, stocked, commits, saga, lateness, inventory: |inventory| inventory, setting }
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

    fn setting(&self) -> Setting {
        self.setting
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
        if self.scenario.setting == Setting::Repaired {
            wire.refuse("sync", false);
            wire.refuse("reverse", true);
        }
        let late = self.scenario.lateness;
        let payment = SandboxPayment::new(books.clone(), clock.clone());
        let payment_hook = hook(&wire, as_late_as(&Charge::POLICY) + late);
        let notification = SandboxNotification::new(books.clone(), clock.clone());
        let notification_hook = hook(&wire, as_late_as(&Notify::POLICY) + late);
        let inventory = SandboxInventory::new(books, clock);
        let inventory_hook = hook(&wire, as_late_as(&ExternalInventorySync::POLICY) + late);
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
                    for (sku, price_minor) in [("MUG", 1999), ("TEE", 1250)] {
                        tx.insert_product(&product(sku, price_minor, stocked))?;
                    }
                    Ok::<_, StoreError>(())
                })
                .await
                .map_err(|error| error.to_string())?;
            for (id, lines) in &self.scenario.orders {
                let order = order(id, lines)?;
                let engine = self.scenario.setting.engines().first().copied();
                let home = SagaHome { engine, ..SagaHome::default() };
                let placing = Placing { home, ..Placing::default() };
                place(store, kind, order, placing).await.map_err(|error| error.to_string())?;
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

    fn undo_by_hand<'a>(&'a self, row: &'a LedgerRow) -> BoxFuture<'a, ()> {
        Box::pin(by_hand::undo(&self.books, &self.clock, row))
    }

    fn commits(&self) -> usize {
        self.scenario.commits
    }

    fn keeps_books(&self, _: &str) -> bool {
        true
    }
}

/// As late as a request may be: the step waits for no more. The sandbox promises to be earlier, and the real providers
/// may be as late as that.
fn as_late_as(policy: &StepPolicy) -> Duration {
    Duration::from_secs(u64::from(policy.settle_seconds) - 1)
}

fn product(sku: &str, price_minor: i64, stocked: u64) -> ProductRow {
    let currency = "USD".parse().expect("USD is a currency");
    let price = Money { minor: price_minor, currency };
    ProductRow { sku: sku.into(), name: sku.into(), price, stocked, free: stocked, pruned: 0 }
}

fn order(id: &str, lines: &[Wanted]) -> Result<NewOrder, String> {
    let lines: Vec<_> =
        lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
    let order = json!({
        "order_id": id,
        "customer": { "id": "c-1", "email": "ada@example.com" },
        "currency": "USD",
        "lines": lines,
        "payment_method": "pm_card_visa",
    });
    NewOrder::from_json(order.to_string().as_bytes()).map_err(|error| error.to_string())
}
