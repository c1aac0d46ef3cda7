//! Pruning and erasing: what goes, what stays, and what is answered afterwards.

use std::time::Duration;

use amends_coordinator::{Decision, Erased, PlaceError, Placed, Pruned, erase, prune};
use amends_saga::{Op, StepError};
use amends_store::{AuditAction, AuditQuery, LedgerRow, SagaState};
use amends_types::Personal;
use serde_json::json;

use crate::provider::Act;
use crate::world::{World, forward, order, saga_id};

const DAY: u64 = 86_400;

fn ended(ids: &[&str]) -> World {
    let world = World::new();
    for id in ids {
        world.begin(id);
        world.wait_for_end(&forward(id));
    }
    world
}

fn why() -> Decision {
    Decision::new("ada", "retention")
}

fn prune_now(world: &World, days: u64, dry_run: bool) -> Pruned {
    let retention = Duration::from_secs(days * DAY);
    world.run(prune(world.store(), retention, dry_run, why())).unwrap()
}

fn erase_now(world: &World, dry_run: bool) -> Erased {
    world.run(erase(world.store(), "c-1", dry_run, why())).unwrap()
}

#[test]
fn old_sagas_give_way_to_stubs_that_answer_for_them() {
    let world = ended(&["a", "b"]);
    world.pass(2 * DAY);
    world.begin("c");
    world.wait_for_end(&forward("c"));
    assert_eq!(prune_now(&world, 1, true), Pruned { pruned: 2, kept: 0 });
    assert_eq!(world.state("a"), SagaState::Committed);
    assert_eq!(prune_now(&world, 1, false), Pruned { pruned: 2, kept: 0 });
    assert_eq!(prune_now(&world, 1, false), Pruned::default());
    let gone = world.read(|tx| Ok((tx.order(&saga_id("a"))?, tx.ledger_rows(&saga_id("a"))?)));
    assert_eq!(gone, (None, vec![]));
    let Ok(Placed::Pruned(stub)) = world.try_place(&order("a")) else { panic!("a stub answers") };
    assert_eq!((stub.id, stub.verdict), (saga_id("a"), SagaState::Committed));
    let mut other = order("a");
    other["lines"][0]["quantity"] = json!(1);
    assert_eq!(world.try_place(&other), Err(PlaceError::Conflict));
    assert_eq!(world.state("c"), SagaState::Committed);
}

#[test]
fn a_stuck_saga_and_an_owed_notice_are_not_pruned() {
    let world = World::new();
    let no = || StepError::Rejected("closed".into());
    world.provider.script("pay", Op::Execute, [Act::Fail(no())]);
    world.provider.script("book", Op::Compensate, [Act::Fail(no())]);
    world.begin("stuck");
    world.wait_for_end(&forward("stuck"));
    world.provider.script("tell", Op::Execute, vec![Act::Fail(StepError::Transient("busy".into())); 99]);
    world.begin("owed");
    world.wait_for_end(&forward("owed"));
    world.pass(9 * DAY);
    assert_eq!(prune_now(&world, 1, false), Pruned { pruned: 0, kept: 2 });
    assert_eq!((world.state("stuck"), world.state("owed")), (SagaState::Stuck, SagaState::Committed));
    let erased = erase_now(&world, false);
    assert_eq!((erased.erased, erased.kept.len()), (0, 2));
}

#[test]
fn personal_data_is_erased_wherever_it_was_copied_and_money_records_stay() {
    let world = ended(&["a"]);
    // What a step had copied into its row.
    world.change(|tx| {
        let row = tx.ledger_row(&saga_id("a"), "book")?.unwrap();
        let output = json!({ "to": "mailto:ada@example.com", "amount": 3998, "by": ["pm_card_visa"] });
        tx.put_ledger_row(&LedgerRow { output: Some(output), ..row })
    });
    assert_eq!(erase_now(&world, true), Erased { erased: 1, kept: vec![] });
    assert!(world.read(|tx| tx.order(&saga_id("a"))).unwrap().erased.is_none());
    assert_eq!(erase_now(&world, false), Erased { erased: 1, kept: vec![] });
    let row = world.read(|tx| tx.order(&saga_id("a"))).unwrap();
    assert_eq!((row.customer.id.as_str(), row.customer.email), ("[erased]", Personal::new(String::new())));
    assert_eq!(row.lines.len(), 1);
    let output = world.rows("a").remove(0).output.unwrap();
    assert_eq!(output, json!({ "to": "[erased]", "amount": 3998, "by": ["[erased]"] }));
    assert_eq!(erase_now(&world, false), Erased::default());
    let log = world.read(|tx| tx.audit_log(&AuditQuery { limit: 9, ..AuditQuery::default() }));
    assert_eq!(log[0].decision.action, AuditAction::Erase);
    assert!(!format!("{log:?}").contains("c-1"), "the log would say whose data was erased");
    // A repeat of the order still knows it.
    assert!(matches!(world.try_place(&order("a")), Ok(Placed::Repeated(_))));
}
