//! Reservations that do not add up. (One that reads what is free and then writes what is left would have to do so in two
//! transactions; a local step is handed one, so that mistake is the store's.)

use std::sync::Arc;

use amends_harness::{LocalError, LocalStep};
use amends_saga::{Compensated, StepCtx, StepPolicy};
use amends_store::{ReservationRow, Tx};
use amends_workers::{ReserveStock, ReservedLine, StockLines};

use super::altered::{one_order, with_stock};
use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::order::OrderScenario;

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // These two are killed by S10 alone.
    Mutant {
        name: "stock_is_returned_twice",
        layer: Layer::Step,
        told: "release_stock returns each line to the stock twice",
        setup: || {
            // The store refuses to return more than was ever taken; so somebody else must have taken some.
            let saga = |parts| with_stock(parts, Altered { keeps_a_part: false, returned: 2 });
            Setup::new(Arc::new(OrderScenario::last_item().with_stocked(2).with_saga(saga)))
        },
    },
    Mutant {
        name: "stock_is_never_returned",
        layer: Layer::Step,
        told: "release_stock marks the reservations as released, and returns nothing to the stock",
        setup: || one_order(|parts| with_stock(parts, Altered { keeps_a_part: false, returned: 0 })),
    },
    // Killed by S2, when two orders want the last one.
    Mutant {
        name: "a_part_of_a_reservation_is_enough",
        layer: Layer::Step,
        told: "reserve_stock leaves out the lines that are short",
        setup: || {
            let saga = |parts| with_stock(parts, Altered { keeps_a_part: true, returned: 1 });
            Setup::new(Arc::new(OrderScenario::last_item().with_saga(saga)))
        },
    },
];

/// The real step, but for these.
struct Altered {
    keeps_a_part: bool,
    /// How often each line is returned.
    returned: u64,
}

impl LocalStep for Altered {
    const NAME: &'static str = ReserveStock::NAME;
    const COMPENSATION: &'static str = ReserveStock::COMPENSATION;
    const POLICY: StepPolicy = ReserveStock::POLICY;
    type Input = StockLines;
    type Output = ();

    fn execute(&self, ctx: &StepCtx, tx: &mut dyn Tx, input: StockLines) -> Result<(), LocalError> {
        if !self.keeps_a_part {
            return ReserveStock.execute(ctx, tx, input);
        }
        for ReservedLine { sku, quantity } in input.lines {
            if tx.take_stock(&sku, quantity)? {
                let saga = ctx.saga().clone();
                tx.insert_reservation(&ReservationRow { saga, sku, quantity, released: false })?;
            }
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
            tx.return_stock(&reservation.sku, reservation.quantity * self.returned)?;
        }
        tx.release_reservations(ctx.saga())?;
        Ok(Compensated::Undone)
    }
}
