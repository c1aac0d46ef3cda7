//! S17: an order has one saga, and a saga has its order.

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S17",
    at_rest: true,
    sentence: "one saga per order, and no effect without a saga",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    // Sagas of other kinds may be about something else.
    if !evidence.is_of_an_order() {
        return Vec::new();
    }
    match &evidence.order {
        Some(order) if order.id == evidence.saga.id => Vec::new(),
        Some(_) | None => vec!["the saga has no order".into()],
    }
}

#[cfg(test)]
mod tests {
    use amends_saga::{SagaDefinition, StepDefinition, StepPolicy};

    use super::*;
    use crate::sound::{Story, assert_finds_nothing, caught_by};

    #[test]
    fn every_sound_saga_has_its_order() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_saga_without_its_order_is_caught() {
        let mut mutant = Story::placed().told();
        mutant.order = None;
        assert_eq!(caught_by(&mutant), ["S17"]);
        let mut mutant = Story::placed().told();
        mutant.saga.id = "another".parse().unwrap();
        assert_eq!(caught_by(&mutant), ["S17"]);
    }

    #[test]
    fn a_saga_that_is_not_about_an_order_needs_none_whatever_its_steps_are_called() {
        let step = StepDefinition { name: "order", compensation: "send_away", policy: StepPolicy::REQUIRED };
        let definition = SagaDefinition::builder("taxi").define(step).build();
        let taxi = Evidence { order: None, definition: &definition, ..Story::placed().told() };
        assert_eq!(caught_by(&taxi), [""; 0]);
    }
}
