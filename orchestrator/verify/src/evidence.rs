//! Everything that is known of one saga.

use amends_saga::SagaDefinition;
use amends_store::{
    AuditAction, LedgerRow, NewAuditRow, OrderRow, OrderStatus, ReservationRow, SagaRow, Undo,
};
use amends_types::Money;

use crate::effect::{BookEffect, Direction};
use crate::explore::{TaskTimes, Trace};

/// The saga of orders.
const ORDER_SAGA: &str = "order_saga";

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
    /// What was ever reserved for it: the product, and how many of it.
    pub reserved: Vec<(String, u64)>,
    /// What people decided about it, in order.
    pub decisions: Vec<NewAuditRow>,
    /// How it came there, if anybody watched.
    pub way: Option<&'a Trace>,
    /// The times of the machines that led it there, if they are known.
    pub machines: Option<&'a [TaskTimes]>,
    /// The steps whose every effect can be seen here, if that is known.
    pub(crate) keeps_books: Option<Vec<&'static str>>,
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
        absorb_parts(&mut effects);
        let of_product = |held: &ReservationRow| (held.sku.clone(), held.quantity);
        let reserved = reservations.iter().map(of_product).collect();
        Self {
            definition,
            saga,
            rows,
            order,
            effects,
            reserved,
            decisions: Vec::new(),
            way: None,
            machines: None,
            keeps_books: None,
        }
    }

    /// The same, with what people decided about it.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Vec<NewAuditRow>) -> Self {
        self.decisions = decisions;
        self
    }

    /// Whether the ledger says that a person accepted what this step left.
    pub fn is_accepted(&self, step: &str) -> bool {
        self.row(step).is_some_and(|row| row.undo == Some(Undo::Accepted))
    }

    /// Whether the audit log says that a person decided so about this step.
    pub fn was_decided(&self, action: AuditAction, step: &str) -> bool {
        let decided = |row: &NewAuditRow| row.action == action && row.step.as_deref() == Some(step);
        self.decisions.iter().any(decided)
    }

    /// The same, with everything that happened on the way.
    #[must_use]
    pub fn with_way(mut self, way: &'a Trace) -> Self {
        self.way = Some(way);
        self
    }

    /// The same, with the times of the machines that are explored.
    #[must_use]
    pub fn with_machines(mut self, machines: &'a [TaskTimes]) -> Self {
        self.machines = Some(machines);
        self
    }

    /// The same, if every effect of the steps for which `keeps` is true can be seen here.
    #[must_use]
    pub fn with_books(mut self, keeps: impl Fn(&str) -> bool) -> Self {
        let names = self.definition.steps().iter().map(|step| step.name);
        self.keeps_books = Some(names.filter(|step| keeps(step)).collect());
        self
    }

    /// The ledger row of a step.
    pub fn row(&self, step: &str) -> Option<&LedgerRow> {
        self.rows.iter().find(|row| row.step == step)
    }

    /// How many effects of a step there are in one direction.
    pub fn count(&self, step: &str, direction: Direction) -> usize {
        self.effects.iter().filter(|effect| effect.step == step && effect.direction == direction).count()
    }

    /// Whether a step's effect is there now, or a part of it. One correction takes back every copy of a notice.
    pub fn holds(&self, step: &str) -> bool {
        let (applied, reversed) =
            (self.count(step, Direction::Applied), self.count(step, Direction::Reversed));
        let is_notice = self.effects.iter().any(|effect| effect.step == step && effect.is_notice());
        applied > reversed && !(is_notice && reversed > 0)
    }

    /// Whether a part of a step's effect was never followed by the whole.
    pub fn is_partly_done(&self, step: &str) -> bool {
        let mut effects = self.effects.iter().filter(|effect| effect.step == step);
        effects.any(|effect| effect.is_part() && effect.direction == Direction::Applied)
    }

    /// Whether this is a saga of an order. Steps of other sagas may be called the same and mean something else.
    pub fn is_of_an_order(&self) -> bool {
        self.definition.name() == ORDER_SAGA
    }

    /// Whether a step that is done has an effect that can be seen here. An order that costs nothing is not charged, a
    /// notice may have gone out as mail, and the steps of other sagas keep no books here.
    pub fn leaves_an_effect(&self, step: &str) -> bool {
        let is_free =
            self.is_of_an_order() && step == "charge" && self.total().is_some_and(|total| total.minor == 0);
        if let Some(steps) = &self.keeps_books {
            return steps.contains(&step) && !is_free;
        }
        match step {
            _ if !self.is_of_an_order() => false,
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

/// A part that the whole followed, at the same object, is in it and is no effect of its own. Any other is one: it can
/// be left, and it can be taken back.
fn absorb_parts(effects: &mut [BookEffect]) {
    let wholes: Vec<_> = effects
        .iter()
        .filter(|effect| effect.direction == Direction::Applied && !effect.is_part())
        .filter_map(|effect| Some((effect.step, effect.object.clone()?, effect.sequence)))
        .collect();
    for part in effects.iter_mut().filter(|effect| effect.is_part()) {
        let followed = wholes.iter().any(|(step, object, sequence)| {
            *step == part.step && Some(object) == part.object.as_ref() && *sequence > part.sequence
        });
        if followed {
            part.direction = Direction::Neutral;
        }
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

#[cfg(test)]
mod tests {
    use amends_adapters::books::EffectKind::{self, PartlySynced, Reverted, Synced};

    use amends_saga::{StepDefinition, StepPolicy};

    use super::*;
    use crate::sound::Story;

    #[test]
    fn steps_of_another_saga_may_have_the_names_of_an_orders_and_keep_no_books() {
        let step = |name, compensation| StepDefinition { name, compensation, policy: StepPolicy::REQUIRED };
        let (order, charge) = (step("order", "send_away"), step("charge", "refund"));
        let definition = SagaDefinition::builder("taxi").define(order).define(charge).build();
        let taxi = Evidence { order: None, definition: &definition, ..Story::placed().told() };
        assert!(!taxi.leaves_an_effect("order") && !taxi.leaves_an_effect("charge"));
        let watched = taxi.with_books(|step| step == "charge");
        assert!(!watched.leaves_an_effect("order") && watched.leaves_an_effect("charge"));
    }

    #[test]
    fn a_part_is_an_effect_until_it_is_in_the_whole_that_followed_it() {
        let check = |effects: &[EffectKind], holds: bool, partly: bool, applied: usize| {
            let step = "external_inventory_sync";
            let story = effects.iter().fold(Story::placed(), |story, effect| story.effect(*effect));
            let evidence = story.told();
            let found = (evidence.holds(step), evidence.is_partly_done(step));
            assert_eq!(found, (holds, partly), "{effects:?}");
            assert_eq!(evidence.count(step, Direction::Applied), applied, "{effects:?}");
        };
        check(&[], false, false, 0);
        check(&[Synced], true, false, 1);
        check(&[PartlySynced], true, true, 1);
        check(&[PartlySynced, Synced], true, false, 1);
        check(&[PartlySynced, Reverted], false, true, 1);
        check(&[PartlySynced, Synced, Reverted], false, false, 1);
        check(&[Synced, Reverted, PartlySynced], true, true, 2);
    }
}
