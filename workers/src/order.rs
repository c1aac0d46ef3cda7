//! `order`: accepts an order and freezes its lines, prices and total. Undone, it is marked cancelled; the row stays.
//!
//! Prices come from the catalogue and never from the client. Everything later works on what was frozen here.

use amends_harness::{LocalError, LocalStep};
use amends_saga::{Compensated, StepCtx, StepError, StepPolicy};
use amends_store::{OrderLine, OrderRow, OrderStatus, PricedLine, Tx};
use amends_types::{Money, Personal, Sha256Hex};
use serde::{Deserialize, Serialize};

/// The step.
pub struct Order;

/// What the saga was started for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderInput {
    /// The fingerprint of the order as it arrived.
    pub body_sha256: Sha256Hex,
}

/// An order with its lines, prices and total frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedOrder {
    /// What is sold, at which price.
    pub lines: Vec<PricedLine>,
    /// What it costs.
    pub total: Money,
    /// The payment provider's token.
    pub payment_method: Personal<String>,
}

impl LocalStep for Order {
    const NAME: &'static str = "order";
    const COMPENSATION: &'static str = "cancel_order";
    const POLICY: StepPolicy = StepPolicy::REQUIRED;
    type Input = OrderInput;
    type Output = AcceptedOrder;

    fn execute(
        &self,
        ctx: &StepCtx,
        tx: &mut dyn Tx,
        input: OrderInput,
    ) -> Result<AcceptedOrder, LocalError> {
        let mut order = find(ctx, tx)?;
        if order.body_sha256 != input.body_sha256 {
            return Err(
                StepError::Bug("the order is not the one that the saga was started for".into()).into()
            );
        }
        order.priced = order.lines.iter().map(|line| price(tx, &order, line)).collect::<Result<_, _>>()?;
        let total = total(&order)?;
        order.total = Some(total);
        order.status = OrderStatus::Accepted;
        tx.update_order(&order)?;
        Ok(AcceptedOrder { lines: order.priced, total, payment_method: order.payment_method })
    }

    fn compensate(
        &self,
        ctx: &StepCtx,
        tx: &mut dyn Tx,
        _: OrderInput,
        _: Option<AcceptedOrder>,
    ) -> Result<Compensated, LocalError> {
        let mut order = find(ctx, tx)?;
        order.status = OrderStatus::Cancelled;
        tx.update_order(&order)?;
        Ok(Compensated::Undone)
    }
}

fn find(ctx: &StepCtx, tx: &mut dyn Tx) -> Result<OrderRow, LocalError> {
    Ok(tx.order(ctx.saga())?.ok_or_else(|| StepError::Bug("the saga has no order".into()))?)
}

fn price(tx: &mut dyn Tx, order: &OrderRow, line: &OrderLine) -> Result<PricedLine, LocalError> {
    let product = tx.product(&line.sku)?;
    let product = product.ok_or_else(|| StepError::Rejected(format!("there is no product {}", line.sku)))?;
    if product.price.currency != order.currency {
        let (sku, ours, theirs) = (&line.sku, product.price.currency, order.currency);
        return Err(StepError::Rejected(format!("{sku} is sold in {ours}, not in {theirs}")).into());
    }
    Ok(PricedLine { sku: line.sku.clone(), quantity: line.quantity, unit_price_minor: product.price.minor })
}

fn total(order: &OrderRow) -> Result<Money, StepError> {
    let sum = order.priced.iter().try_fold(Money::zero(order.currency), |sum, line| {
        let unit = Money { minor: line.unit_price_minor, currency: order.currency };
        sum.plus(unit.times(line.quantity)?)
    });
    sum.map_err(|error| StepError::Rejected(format!("the order's total: {error}")))
}
