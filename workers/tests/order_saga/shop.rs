//! A shop: products, orders, the harness of the order saga, and the books of its providers.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amends_adapters::books::{BooksReader, EffectKind, Entry, MemoryBooks};
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::SandboxNotification;
use amends_adapters::payment::SandboxPayment;
use amends_adapters::sandbox::{Fault, FaultHook};
use amends_harness::{Harness, HarnessOptions};
use amends_saga::{SagaDefinition, TaskError};
use amends_store::{
    Customer, LedgerRow, LedgerStatus, MemoryStore, OrderLine, OrderRow, OrderStatus, ProductRow,
    ReservationRow, Restored, SagaLock, SagaRow, SagaState, Store, StoreError, Tx,
};
use amends_types::{Clock, DeploymentId, Money, Personal, SagaId, Sha256Hex, SplitMix};
use amends_workers::{OrderInput, OrderSagaParts, order_saga};
use futures_util::FutureExt;
use serde_json::Value;

use crate::clock::JumpingClock;
use crate::walk::{End, Walk};

pub(crate) struct Shop {
    pub(crate) clock: JumpingClock,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) books: Arc<MemoryBooks>,
    notices_fail: Arc<AtomicBool>,
    harness: Harness,
    definition: SagaDefinition,
}

/// A shop's store as it was at some moment.
#[derive(Clone)]
pub(crate) struct Backup {
    product: ProductRow,
    order: OrderRow,
    pub(crate) saga: SagaRow,
    rows: Vec<LedgerRow>,
    reservations: Vec<ReservationRow>,
}

/// What somebody orders; in USD, paid with a card that works, unless a test changes it.
#[derive(Clone)]
pub(crate) struct NewOrder {
    pub(crate) id: String,
    pub(crate) lines: Vec<(&'static str, u32)>,
    pub(crate) payment_method: &'static str,
    pub(crate) email: &'static str,
    pub(crate) currency: &'static str,
}

impl NewOrder {
    pub(crate) fn of(lines: &[(&'static str, u32)]) -> Self {
        Self {
            id: "order-1".into(),
            lines: lines.to_vec(),
            payment_method: "pm_card_visa",
            email: "ada@example.com",
            currency: "USD",
        }
    }
}

impl Shop {
    /// A shop with these products: SKU, price in cents, stock.
    pub(crate) fn with(products: &[(&'static str, i64, u64)]) -> Self {
        let shop = Self::on(JumpingClock::default(), Arc::new(MemoryBooks::new()));
        for (sku, price_minor, stock) in products.iter().copied() {
            shop.change(move |tx| tx.insert_product(&product(sku, price_minor, stock)).map(drop));
        }
        shop
    }

    /// A shop with an empty store, whose providers have these books.
    fn on(clock: JumpingClock, books: Arc<MemoryBooks>) -> Self {
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = Arc::new(MemoryStore::new(shared.clone(), DeploymentId::fixed(7)));
        let notices_fail = Arc::new(AtomicBool::new(false));
        let saga = order_saga(OrderSagaParts {
            payment: Arc::new(SandboxPayment::new(books.clone(), shared.clone())),
            notification: Arc::new(
                SandboxNotification::new(books.clone(), shared.clone())
                    .with_faults(unavailable_while(&notices_fail)),
            ),
            inventory: Arc::new(SandboxInventory::new(books.clone(), shared.clone())),
            store: store.clone(),
        });
        let definition = saga.definition().clone();
        let harness = Harness::new(HarnessOptions {
            store: store.clone(),
            clock: shared,
            entropy: Arc::new(SplitMix::from_seed(1)),
            sagas: vec![saga],
        });
        Self { clock, store, books, notices_fail, harness, definition }
    }

    /// What a backup keeps of this shop, whose only order is `order-1` for `sku`.
    pub(crate) fn back_up(&self, sku: &'static str) -> Backup {
        let (product, order, saga) = (self.read(move |tx| tx.product(sku)), self.order(), self.saga());
        let reservations = self.read(|tx| tx.reservations(&order_1()));
        Backup { product: product.unwrap(), order, saga, rows: self.rows(), reservations }
    }

    /// A shop that was recovered from a backup of this one. The providers are the same; time has gone on.
    pub(crate) fn recover(&self, backup: &Backup) -> Self {
        let shop = Self::on(self.clock.clone(), self.books.clone());
        let Backup { product, order, saga, rows, reservations } = backup.clone();
        let restored = (!saga.state.is_final()).then_some(Restored::Recovered);
        shop.change(move |tx| {
            tx.insert_product(&product)?;
            tx.insert_order(&order)?;
            tx.insert_saga(&SagaRow { restored, ..saga.clone() })?;
            rows.iter().try_for_each(|row| tx.put_ledger_row(row))?;
            reservations.iter().try_for_each(|row| tx.insert_reservation(row))
        });
        shop
    }

    /// Takes an order in, as intake does.
    pub(crate) fn take_in(&self, order: &NewOrder) -> SagaId {
        let id: SagaId = order.id.parse().unwrap();
        let row = order_row(order, id.clone(), &self.clock);
        let input = serde_json::to_value(OrderInput { body_sha256: row.body_sha256.clone() }).unwrap();
        let saga = SagaRow::new(id.clone(), self.definition.name(), input, row.created, row.created);
        self.change(move |tx| {
            tx.insert_order(&row)?;
            tx.insert_saga(&saga)
        });
        id
    }

    /// Takes an order in and runs its saga to the end.
    pub(crate) fn sell(&self, order: &NewOrder) -> End {
        let id = self.take_in(order);
        self.walk(&id).run()
    }

    pub(crate) fn walk<'a>(&'a self, saga: &'a SagaId) -> Walk<'a> {
        let lost_after = Cell::new(usize::MAX);
        Walk { harness: &self.harness, definition: &self.definition, clock: &self.clock, saga, lost_after }
    }

    /// What the relay does for a notice that a committed saga owes.
    pub(crate) fn deliver_notice(&self) -> Result<Value, TaskError> {
        let id = order_1();
        let delivered = self.harness.deliver(&id, "notify");
        delivered.now_or_never().expect("nothing waits when the clock jumps")
    }

    /// Whether the notification provider is down.
    pub(crate) fn let_notices_fail(&self, fail: bool) {
        self.notices_fail.store(fail, Ordering::SeqCst);
    }

    /// Serves every request that is still on its way to a provider.
    pub(crate) fn let_late_requests_arrive(&self) {
        let served = amends_adapters::sandbox::settle(&*self.books, self.clock.now());
        served.now_or_never().expect("books in memory never wait").unwrap();
    }

    pub(crate) fn change(&self, work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static) {
        let store: &dyn Store = &*self.store;
        store.transact(work).now_or_never().expect("the memory store never waits").unwrap();
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let store: &dyn Store = &*self.store;
        store.query(work).now_or_never().expect("the memory store never waits").unwrap()
    }

    /// What happened at the providers for `order-1`, in order.
    pub(crate) fn effects(&self) -> Vec<EffectKind> {
        self.entries().iter().map(|entry| entry.effect).collect()
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.books.entries_of("order-1").unwrap()
    }

    pub(crate) fn saga(&self) -> SagaRow {
        self.read(|tx| tx.saga(&order_1(), SagaLock::None)).unwrap()
    }

    pub(crate) fn state(&self) -> SagaState {
        self.saga().state
    }

    pub(crate) fn order(&self) -> OrderRow {
        self.read(|tx| tx.order(&order_1())).unwrap()
    }

    pub(crate) fn rows(&self) -> Vec<LedgerRow> {
        self.read(|tx| tx.ledger_rows(&order_1()))
    }

    pub(crate) fn status(&self, step: &'static str) -> LedgerStatus {
        self.read(move |tx| tx.ledger_row(&order_1(), step)).unwrap().status
    }

    pub(crate) fn free(&self, sku: &'static str) -> u64 {
        self.read(move |tx| tx.product(sku)).unwrap().free
    }

    /// Free, reserved and sold.
    pub(crate) fn stock(&self, sku: &'static str) -> (u64, u64, u64) {
        let (reserved, sold) = self.read(move |tx| tx.held_stock(sku));
        (self.free(sku), reserved, sold)
    }
}

fn unavailable_while(fail: &Arc<AtomicBool>) -> FaultHook {
    let fail = fail.clone();
    Arc::new(move |_| if fail.load(Ordering::SeqCst) { Fault::Unavailable } else { Fault::None })
}

fn order_1() -> SagaId {
    "order-1".parse().unwrap()
}

fn product(sku: &str, price_minor: i64, stock: u64) -> ProductRow {
    let price = Money { minor: price_minor, currency: "USD".parse().unwrap() };
    ProductRow { sku: sku.into(), name: sku.into(), price, stocked: stock, free: stock, pruned: 0 }
}

fn order_row(order: &NewOrder, id: SagaId, clock: &JumpingClock) -> OrderRow {
    let lines = order.lines.iter();
    OrderRow {
        id,
        body_sha256: Sha256Hex::of(order.id.as_bytes()),
        customer: Customer { id: "ada".into(), email: Personal::new(order.email.into()), phone: None },
        currency: order.currency.parse().unwrap(),
        lines: lines.map(|&(sku, quantity)| OrderLine { sku: sku.into(), quantity }).collect(),
        payment_method: Personal::new(order.payment_method.into()),
        status: OrderStatus::Received,
        priced: vec![],
        total: None,
        created: clock.now(),
        idempotency_key: None,
        placed_by: String::new(),
        erased: None,
    }
}
