//! `reserve_stock`: takes every line from the stock, or none. Undone, it gives them back.
//!
//! Each line is one conditional decrement (`free >= quantity`) in the transaction that records the step, so that no
//! interleaving of any number of workers oversells; lines are taken in the order of their SKUs, so that no two orders
//! wait for each other in a circle. The first line that is short rolls all of them back.

use std::collections::BTreeMap;

use amends_harness::{LocalError, LocalStep};
use amends_saga::{Compensated, StepCtx, StepError, StepPolicy};
use amends_store::{PricedLine, ReservationRow, Tx};
use serde::{Deserialize, Serialize};

/// The step.
pub struct ReserveStock;

/// What to reserve: each product once, in the order of SKUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLines {
    /// The lines.
    pub lines: Vec<ReservedLine>,
}

/// How many of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedLine {
    /// The product.
    pub sku: String,
    /// How many.
    pub quantity: u64,
}

impl StockLines {
    /// The lines of an order, those of one product together.
    pub fn of(order: &[PricedLine]) -> Self {
        let mut quantities = BTreeMap::<&str, u64>::new();
        for line in order {
            *quantities.entry(&line.sku).or_default() += u64::from(line.quantity);
        }
        let lines = quantities.into_iter();
        Self { lines: lines.map(|(sku, quantity)| ReservedLine { sku: sku.to_owned(), quantity }).collect() }
    }
}

impl LocalStep for ReserveStock {
    const NAME: &'static str = "reserve_stock";
    const COMPENSATION: &'static str = "release_stock";
    const POLICY: StepPolicy = StepPolicy::REQUIRED;
    type Input = StockLines;
    type Output = ();

    fn execute(&self, ctx: &StepCtx, tx: &mut dyn Tx, input: StockLines) -> Result<(), LocalError> {
        for ReservedLine { sku, quantity } in input.lines {
            if !tx.take_stock(&sku, quantity)? {
                return Err(StepError::Rejected(format!("{sku} is out of stock")).into());
            }
            let saga = ctx.saga().clone();
            tx.insert_reservation(&ReservationRow { saga, sku, quantity, released: false })?;
        }
        Ok(())
    }

    fn compensate(
        &self,
        ctx: &StepCtx,
        tx: &mut dyn Tx,
        _: StockLines,
        _: Option<()>,
    ) -> Result<Compensated, LocalError> {
        let held = tx.reservations(ctx.saga())?;
        if held.is_empty() {
            return Ok(Compensated::NothingHappened);
        }
        for reservation in held.iter().filter(|reservation| !reservation.released) {
            tx.return_stock(&reservation.sku, reservation.quantity)?;
        }
        tx.release_reservations(ctx.saga())?;
        Ok(Compensated::Undone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_product_are_taken_together_and_in_order() {
        let line = |sku: &str, quantity| PricedLine { sku: sku.into(), quantity, unit_price_minor: 1 };
        let lines = StockLines::of(&[line("b", 2), line("a", 1), line("b", 3)]).lines;
        let expected = [("a", 1), ("b", 5)];
        assert_eq!(lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect::<Vec<_>>(), expected);
    }
}
