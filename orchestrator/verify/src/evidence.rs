//! Everything that is known of one saga.

use amends_saga::SagaDefinition;
use amends_store::{LedgerRow, OrderRow, OrderStatus, ReservationRow, SagaRow};
use amends_types::Money;

use crate::effect::{BookEffect, Direction};

/// One saga, as the store and the books tell it.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// The saga's definition.
    pub definition: &'a SagaDefinition,
    /// The saga row.
    pub saga: SagaRow,
    /// Its ledger, in the order of steps.
    pub rows: Vec<LedgerRow>,
    /// Its order.
    pub order: Option<OrderRow>,
    /// All its effects, at providers and in our own database.
    pub effects: Vec<BookEffect>,
}

impl<'a> Evidence<'a> {
    /// Puts together what store and books say.
    pub fn new(
        definition: &'a SagaDefinition,
        saga: SagaRow,
        rows: Vec<LedgerRow>,
        order: Option<OrderRow>,
        reservations: &[ReservationRow],
        mut effects: Vec<BookEffect>,
    ) -> Self {
        effects.extend(local_effects(order.as_ref(), reservations));
        Self { definition, saga, rows, order, effects }
    }

    /// The ledger row of a step.
    pub fn row(&self, step: &str) -> Option<&LedgerRow> {
        self.rows.iter().find(|row| row.step == step)
    }

    /// How many effects of a step there are in one direction.
    pub fn count(&self, step: &str, direction: Direction) -> usize {
        self.effects.iter().filter(|effect| effect.step == step && effect.direction == direction).count()
    }

    /// Whether a step's effect is there now. One correction takes back every copy of a notice.
    pub fn holds(&self, step: &str) -> bool {
        let (applied, reversed) =
            (self.count(step, Direction::Applied), self.count(step, Direction::Reversed));
        let is_notice = self.effects.iter().any(|effect| effect.step == step && effect.is_notice());
        applied > reversed && !(is_notice && reversed > 0)
    }

    /// Whether a step that is done has an effect that can be seen here. An order that costs nothing is not charged, a
    /// notice may have gone out as mail, and the steps of other sagas keep no books here.
    pub fn leaves_an_effect(&self, step: &str) -> bool {
        match step {
            "charge" => self.total().is_none_or(|total| total.minor != 0),
            "order" | "reserve_stock" | "external_inventory_sync" => true,
            _ => false,
        }
    }

    /// What the order costs.
    pub fn total(&self) -> Option<Money> {
        self.order.as_ref().and_then(|order| order.total)
    }

    /// All money that moved in one direction, in minor units.
    pub fn moved(&self, direction: Direction) -> i128 {
        let effects = self.effects.iter().filter(|effect| effect.direction == direction);
        effects.filter_map(|effect| effect.amount).map(|amount| i128::from(amount.minor)).sum()
    }
}

/// The effects of the steps that work in our own database.
fn local_effects(order: Option<&OrderRow>, reservations: &[ReservationRow]) -> Vec<BookEffect> {
    let mut effects = Vec::new();
    if let Some(order) = order {
        if order.total.is_some() {
            effects.push(BookEffect::local("order", Direction::Applied, "accepted"));
        }
        if order.total.is_some() && order.status == OrderStatus::Cancelled {
            effects.push(BookEffect::local("order", Direction::Reversed, "cancelled"));
        }
    }
    if !reservations.is_empty() {
        effects.push(BookEffect::local("reserve_stock", Direction::Applied, "reserved"));
        if reservations.iter().all(|reservation| reservation.released) {
            effects.push(BookEffect::local("reserve_stock", Direction::Reversed, "released"));
        }
    }
    effects
}
