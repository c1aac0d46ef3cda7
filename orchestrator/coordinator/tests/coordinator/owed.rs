//! What is owed is delivered once the saga is committed, and no sooner.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use amends_coordinator::{Delivery, SagaWorker, StepFunctions};
use amends_saga::{Op, StepError};
use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState};
use amends_types::{BoxFuture, Clock, RunName, SagaId};
use serde_json::json;

use crate::provider::Act;
use crate::worker::Lost;
use crate::world::{World, forward, saga_id};

fn nobody_is_told(world: &World) {
    world.provider.script("tell", Op::Execute, vec![Act::Fail(StepError::Transient("down".into())); 99]);
}

#[test]
fn a_notice_is_owed_until_it_is_delivered_and_each_failure_is_reported() {
    let world = World::new();
    nobody_is_told(&world);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    assert_eq!(world.state("o"), SagaState::Committed);
    for _ in 0..2 {
        let failed = world.deliver_owed();
        assert_eq!((failed.delivered, failed.owed.len()), (0, 1));
        let (saga, step, reason) = &failed.owed[0];
        assert_eq!((saga.as_str(), step.as_str()), ("o", "tell"));
        assert!(reason.contains("down"), "{reason}");
    }
    world.provider.script("tell", Op::Execute, []);
    assert_eq!(world.deliver_owed(), Delivery { delivered: 1, ..Delivery::default() });
    assert_eq!(world.deliver_owed(), Delivery::default());
    assert_eq!(world.provider.held("o"), ["book", "pay", "tell"]);
}

#[test]
fn nothing_is_owed_before_the_saga_is_committed() {
    let world = World::new();
    nobody_is_told(&world);
    world.worker.lose("pay", Op::Execute, [Lost::Request]);
    world.begin("o");
    world.pass(30);
    assert_eq!(world.describe(&forward("o")).unwrap().state.as_deref(), Some("pay"));
    assert_eq!(world.deliver_owed(), Delivery::default());
}

#[test]
fn a_compensated_saga_owes_nothing() {
    let world = World::new();
    nobody_is_told(&world);
    world.provider.script("pay", Op::Execute, [Act::Fail(StepError::Rejected("declined".into()))]);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    assert_eq!(world.state("o"), SagaState::Compensated);
    assert_eq!(world.deliver_owed(), Delivery::default());
}

/// Delivers one step only, and remembers what it was asked.
struct HardOfHearing {
    hears: &'static str,
    /// Each answer takes ten seconds by this clock.
    hangs: Option<Arc<dyn Clock>>,
    asked: Mutex<Vec<(SagaId, String)>>,
}

impl HardOfHearing {
    fn but_for(hears: &'static str) -> Self {
        Self { hears, hangs: None, asked: Mutex::default() }
    }
}

impl SagaWorker for HardOfHearing {
    fn deliver<'a>(&'a self, saga: &'a SagaId, step: &'a str) -> BoxFuture<'a, Result<(), String>> {
        self.asked.lock().unwrap().push((saga.clone(), step.to_owned()));
        let heard = if step == self.hears { Ok(()) } else { Err("not heard".into()) };
        let answer = self.hangs.as_ref().map(|clock| clock.sleep(Duration::from_secs(10)));
        Box::pin(async move {
            if let Some(answer) = answer {
                answer.await;
            }
            heard
        })
    }

    fn settle<'a>(&'a self, _: &'a SagaId, _: &'a RunName) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Err("not heard".into()) })
    }
}

/// Three notices for each of four hundred sagas, so that a page ends in the middle of a saga.
fn world_that_owes_1200() -> World {
    let world = World::new();
    world.change(|tx| {
        for number in 0..400 {
            let (id, now) = (saga_id(&format!("o{number}")), tx.now());
            let mut saga = SagaRow::new(id.clone(), "trip", json!({}), now, now);
            saga.end(SagaState::Committed, now);
            tx.insert_saga(&saga)?;
            for (position, step) in [(3, "tell"), (4, "thank"), (5, "praise")] {
                let row = LedgerRow::new(id.clone(), step, position, true, LedgerStatus::Started);
                tx.put_ledger_row(&row)?;
            }
        }
        Ok(())
    });
    world
}

#[test]
fn everything_that_is_owed_is_tried_exactly_once_in_a_pass() {
    let (world, worker) = (world_that_owes_1200(), HardOfHearing::but_for("praise"));
    let delivery = world.deliver_owed_by(&worker);
    assert_eq!((delivery.delivered, delivery.owed.len(), delivery.gave_up), (400, 800, false));
    let mut asked = worker.asked.lock().unwrap().clone();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 1200);
}

#[test]
fn a_provider_that_refuses_at_once_keeps_nothing_from_being_tried() {
    let (world, worker) = (world_that_owes_1200(), HardOfHearing::but_for("nothing"));
    let delivery = world.deliver_owed_by(&worker);
    assert_eq!((delivery.delivered, delivery.owed.len(), delivery.gave_up), (0, 1200, false));
}

#[test]
fn a_pass_over_a_provider_that_hangs_ends_early_and_says_so() {
    let world = world_that_owes_1200();
    let clock: Arc<dyn Clock> = Arc::new(world.simulation.clock().clone());
    let worker = HardOfHearing { hangs: Some(clock), ..HardOfHearing::but_for("nothing") };
    let delivery = world.deliver_owed_by(&worker);
    assert_eq!((delivery.delivered, delivery.gave_up), (0, true));
    assert_eq!(delivery.owed.len(), worker.asked.lock().unwrap().len());
    assert!(delivery.owed.len() < 1200, "{}", delivery.owed.len());
}

/// Never answers.
struct Silent;

impl SagaWorker for Silent {
    fn deliver<'a>(&'a self, _: &'a SagaId, _: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(std::future::pending())
    }

    fn settle<'a>(&'a self, _: &'a SagaId, _: &'a RunName) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_worker_that_never_answers_does_not_hold_a_pass_up_for_ever() {
    let world = World::new();
    nobody_is_told(&world);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    let delivery = world.deliver_owed_by(&Silent);
    assert_eq!((delivery.delivered, delivery.owed.len(), delivery.gave_up), (0, 1, true));
    assert!(delivery.owed[0].2.contains("not answered"), "{delivery:?}");
}

#[test]
fn a_settle_that_is_never_answered_is_an_alarm() {
    let world = World::new();
    world.begin("o");
    world.change(|tx| {
        let id = saga_id("o2");
        let mut saga = SagaRow::new(id.clone(), "trip", json!({}), tx.now(), tx.now());
        saga.begin_unwinding(None, tx.now());
        saga.unwinds = 3;
        saga.unwinder = Some(id.forward_run());
        tx.insert_saga(&saga)
    });
    let id = saga_id("o2");
    world.run(world.wire.start(&forward("o2"), "{}")).unwrap();
    world.stop(&forward("o2"));
    let alarms = world.sweep_by(&Silent).alarms;
    assert_eq!(alarms.iter().map(|(saga, _)| saga).collect::<Vec<_>>(), [&id]);
    assert!(alarms[0].1.contains("not answered"), "{alarms:?}");
}
