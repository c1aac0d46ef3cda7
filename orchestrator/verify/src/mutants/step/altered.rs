//! The order saga with one step altered.

use std::sync::Arc;

use amends_adapters::inventory::Inventory;
use amends_adapters::payment::Payment;
use amends_adapters::{Effect, ProviderError, Retry};
use amends_harness::{LocalStep, Saga};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_types::BoxFuture;
use amends_workers::{
    Charge, ChargeInput, ExternalInventorySync, Notify, NotifyInput, Order, OrderSagaParts, ReserveStock,
    StockLines, SyncInput,
};

use crate::explore::Setup;
use crate::order::{MakeSaga, OrderScenario};

type Input<S> = <S as SagaStep>::Input;
type Output<S> = <S as SagaStep>::Output;
type Execute<S, P> =
    for<'a> fn(&'a Altered<S, P>, &'a StepCtx, Input<S>) -> BoxFuture<'a, Result<Output<S>, StepError>>;
type Compensate<S, P> = for<'a> fn(
    &'a Altered<S, P>,
    &'a StepCtx,
    Input<S>,
    Option<Output<S>>,
) -> BoxFuture<'a, Result<Compensated, StepError>>;

/// The future of an altered step.
pub(super) type Doing<'a, T> = BoxFuture<'a, Result<T, StepError>>;

/// A step of which one op is another one.
pub(super) struct Altered<S: SagaStep, P: 'static> {
    pub(super) real: S,
    /// What the other op works with.
    pub(super) with: P,
    execute: Option<Execute<S, P>>,
    compensate: Option<Compensate<S, P>>,
}

impl<S: SagaStep, P: Send + Sync + 'static> Altered<S, P> {
    pub(super) fn executing(real: S, with: P, execute: Execute<S, P>) -> Self {
        Self { real, with, execute: Some(execute), compensate: None }
    }

    pub(super) fn compensating(real: S, with: P, compensate: Compensate<S, P>) -> Self {
        Self { real, with, execute: None, compensate: Some(compensate) }
    }
}

impl<S: SagaStep, P: Send + Sync + 'static> SagaStep for Altered<S, P> {
    const NAME: &'static str = S::NAME;
    const COMPENSATION: &'static str = S::COMPENSATION;
    const POLICY: StepPolicy = S::POLICY;
    type Input = S::Input;
    type Output = S::Output;

    async fn execute(&self, ctx: &StepCtx, input: S::Input) -> Result<S::Output, StepError> {
        match self.execute {
            Some(execute) => execute(self, ctx, input).await,
            None => self.real.execute(ctx, input).await,
        }
    }

    async fn compensate(
        &self,
        ctx: &StepCtx,
        input: S::Input,
        output: Option<S::Output>,
    ) -> Result<Compensated, StepError> {
        match self.compensate {
            Some(compensate) => compensate(self, ctx, input, output).await,
            None => self.real.compensate(ctx, input, output).await,
        }
    }
}

pub(super) type Charging = Altered<Charge, Arc<dyn Payment>>;
pub(super) type Syncing = Altered<ExternalInventorySync, Arc<dyn Inventory>>;

/// One order, with this saga.
pub(super) fn one_order(saga: MakeSaga) -> Setup {
    Setup::new(Arc::new(OrderScenario::one_order().with_saga(saga)))
}

/// The saga whose `charge` does something else.
pub(super) fn charging(parts: OrderSagaParts, execute: Execute<Charge, Arc<dyn Payment>>) -> Saga {
    let payment = parts.payment.clone();
    with_charge(parts, Altered::executing(Charge::new(payment.clone()), payment, execute))
}

/// The saga whose `refund` does something else.
pub(super) fn refunding(parts: OrderSagaParts, compensate: Compensate<Charge, Arc<dyn Payment>>) -> Saga {
    let payment = parts.payment.clone();
    with_charge(parts, Altered::compensating(Charge::new(payment.clone()), payment, compensate))
}

/// The saga whose `external_inventory_sync` does something else.
pub(super) fn syncing(
    parts: OrderSagaParts,
    execute: Execute<ExternalInventorySync, Arc<dyn Inventory>>,
) -> Saga {
    let inventory = parts.inventory.clone();
    let real = ExternalInventorySync::new(inventory.clone());
    with_sync(parts, Altered::executing(real, inventory, execute))
}

/// The saga whose `revert_inventory_sync` does something else.
pub(super) fn reverting(
    parts: OrderSagaParts,
    compensate: Compensate<ExternalInventorySync, Arc<dyn Inventory>>,
) -> Saga {
    let inventory = parts.inventory.clone();
    let real = ExternalInventorySync::new(inventory.clone());
    with_sync(parts, Altered::compensating(real, inventory, compensate))
}

fn with_charge(parts: OrderSagaParts, charge: Charging) -> Saga {
    let notify = Notify::new(parts.notification, parts.store);
    assemble(ReserveStock, charge, notify, ExternalInventorySync::new(parts.inventory))
}

/// The saga with another `external_inventory_sync`.
pub(super) fn with_sync<P: Send + Sync + 'static>(
    parts: OrderSagaParts,
    sync: Altered<ExternalInventorySync, P>,
) -> Saga {
    let notify = Notify::new(parts.notification, parts.store);
    assemble(ReserveStock, Charge::new(parts.payment), notify, sync)
}

/// The saga with another `notify`.
pub(super) fn with_notify<P: Send + Sync + 'static>(
    parts: OrderSagaParts,
    notify: Altered<Notify, P>,
) -> Saga {
    let sync = ExternalInventorySync::new(parts.inventory);
    assemble(ReserveStock, Charge::new(parts.payment), notify, sync)
}

/// The saga with another `reserve_stock`.
pub(super) fn with_stock(
    parts: OrderSagaParts,
    reserve: impl LocalStep<Input = StockLines, Output = ()>,
) -> Saga {
    let notify = Notify::new(parts.notification, parts.store);
    assemble(reserve, Charge::new(parts.payment), notify, ExternalInventorySync::new(parts.inventory))
}

fn assemble(
    reserve: impl LocalStep<Input = StockLines, Output = ()>,
    charge: impl SagaStep<Input = ChargeInput>,
    notify: impl SagaStep<Input = NotifyInput>,
    sync: impl SagaStep<Input = SyncInput>,
) -> Saga {
    Saga::builder("order_saga")
        .local_step(Order, |sources| sources.input())
        .local_step(reserve, |sources| Ok(StockLines::of(&sources.local_output::<Order>()?.lines)))
        .step(charge, |sources| {
            let order = sources.local_output::<Order>()?;
            Ok(ChargeInput { amount: order.total, payment_method: order.payment_method })
        })
        .step(notify, |sources| Ok(NotifyInput { total: sources.local_output::<Order>()?.total }))
        .step(sync, |sources| Ok(SyncInput::of(&sources.local_output::<Order>()?.lines)))
        .build()
}

/// What an error of a provider means, as the real steps take it.
pub(super) fn of_effect(error: &ProviderError) -> StepError {
    match (error.effect(), error.retry()) {
        (Effect::None, Retry::Never) => StepError::Rejected(error.to_string()),
        (Effect::None, Retry::Later { .. }) => StepError::Transient(error.to_string()),
        (Effect::Unknown, Retry::Later { .. }) => StepError::Unknown(error.to_string()),
        (Effect::Unknown, Retry::Never) => StepError::Bug(error.to_string()),
    }
}

/// Counts, in the ledger, how often something happened to this step; answers how often by now.
pub(super) async fn count(ctx: &StepCtx, what: &'static str) -> Result<u32, StepError> {
    let before: u32 = ctx.object(what).and_then(|count| count.parse().ok()).unwrap_or(0);
    ctx.record_object(what, &(before + 1).to_string()).await?;
    Ok(before + 1)
}
