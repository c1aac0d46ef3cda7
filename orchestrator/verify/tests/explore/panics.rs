//! What panics outside of any worker is told too, with the schedule that leads there.

use std::sync::Arc;

use amends_coordinator::SagaKind;
use amends_harness::Saga;
use amends_store::Store;
use amends_types::{BoxFuture, Clock, Timestamp};
use amends_verify::BookEffect;
use amends_verify::explore::{Fault, FaultSet, Parts, Scenario, Setup, Stage, replay};
use amends_verify::order::OrderScenario;

use crate::order_saga::exhaust;

/// An order whose providers panic, once money was given back and everything comes to rest.
struct Fragile(OrderScenario);

struct FragileStage(Box<dyn Stage>);

impl Scenario for Fragile {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn stage(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Box::new(FragileStage(self.0.stage(clock)))
    }
}

impl Stage for FragileStage {
    fn saga(&self, parts: Parts) -> Saga {
        self.0.saga(parts)
    }

    fn begin<'a>(&'a self, store: &'a dyn Store, kind: &'a SagaKind) -> BoxFuture<'a, Result<(), String>> {
        self.0.begin(store, kind)
    }

    fn settle(&self, now: Timestamp) {
        let refunded = self.0.effects().iter().any(|(_, effect)| effect.name == "refunded");
        assert!(!refunded, "the provider is gone");
        self.0.settle(now);
    }

    fn effects(&self) -> Vec<(String, BookEffect)> {
        self.0.effects()
    }

    fn fingerprint(&self, now: Timestamp) -> u64 {
        self.0.fingerprint(now)
    }

    fn commits(&self) -> usize {
        self.0.commits()
    }

    fn keeps_books(&self, step: &str) -> bool {
        self.0.keeps_books(step)
    }
}

#[test]
fn a_panic_is_told_with_the_schedule_that_leads_to_it() {
    let setup = Setup::new(Arc::new(Fragile(OrderScenario::one_order())))
        .with_faults(FaultSet::of(&[Fault::Declined]));
    let found = exhaust(&setup, 1);
    let example = &found.counterexamples[0];
    assert_eq!(example.schedule.to_string(), "external_inventory_sync.execute.1/sync.1=declined");
    assert_eq!((example.broken[0].invariant, &*example.broken[0].what), ("panic", "the provider is gone"));
    assert!(!example.trace.moments.is_empty(), "it is told as far as it came");
    assert_eq!(replay(&setup, &example.schedule).broken, example.broken);
}
