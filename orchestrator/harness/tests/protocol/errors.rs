//! Errors and reasons: short, and free of what the payload or the data held.

use amends_saga::{Op, StepError, TaskError, TaskErrorKind as Kind};
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::provider::Act;
use crate::world::{Answer, World, assert_error, assert_undone};

fn ask(world: &World, payload: Value) -> Answer {
    let answer = world.harness.handle_json(payload);
    answer.now_or_never().expect("nothing is to be waited for")
}

#[test]
fn a_long_cause_is_cut_and_so_are_the_reasons_in_the_ledger() {
    let world = World::new();
    let long = || "é".repeat(5_000);
    world.script("take", Op::Execute, [Act::Fail(StepError::Unknown(long()))]);
    let cause = assert_error(world.execute("take"), Kind::Unknown);
    assert!(cause.len() <= TaskError::MAX_CAUSE_BYTES);
    world.script("take", Op::Compensate, [Act::Fail(StepError::Rejected(long()))]);
    assert_error(world.compensate("take"), Kind::Rejected);
    let row = world.row("take");
    let reasons = [row.reason, row.undo_reason, world.saga().reason];
    for reason in reasons.map(Option::unwrap) {
        assert!(reason.len() <= TaskError::MAX_CAUSE_BYTES, "{}", reason.len());
    }
}

#[test]
fn a_payload_reads_as_the_machine_writes_it() {
    let world = World::new();
    let payload = json!({
        "saga_id": "order-1", "run": "order-1", "step": "take", "op": "execute", "retry": 0,
    });
    assert_eq!(ask(&world, payload).unwrap(), json!({ "step": "take", "status": "done" }));
}

#[test]
fn a_payload_that_is_not_ours_is_a_bug_and_is_not_quoted() {
    let world = World::new();
    let payloads = [
        json!("ada@example.com"),
        json!({ "saga_id": "ada@example.com" }),
        json!({ "ada@example.com": 1 }),
        json!({ "saga_id": "o", "run": "o", "step": "take", "op": "ada@example.com", "retry": 0 }),
        json!({ "saga_id": "o", "run": "o", "step": "take", "op": "execute", "retry": "ada@example.com" }),
    ];
    for payload in payloads {
        let cause = assert_error(ask(&world, payload), Kind::Bug);
        assert!(!cause.contains("ada"), "{cause}");
        assert!(cause.contains("saga_id"), "{cause}");
    }
}

#[test]
fn data_that_does_not_fit_this_version_is_a_bug_and_is_not_quoted() {
    let world = World::new();
    world.change_saga(|saga, _| saga.input = json!({ "address": "ada@example.com" }));
    let cause = assert_error(world.execute("take"), Kind::Bug);
    assert!(!cause.contains("ada"), "{cause}");

    let world = World::new();
    world.done(["take"]);
    let mut row = world.row("take");
    row.output = Some(json!("ada@example.com"));
    world.change(move |tx| tx.put_ledger_row(&row));
    let cause = assert_error(world.compensate("take"), Kind::Bug);
    assert!(!cause.contains("ada"), "{cause}");
}

#[test]
fn a_successful_answer_is_a_short_summary_without_data() {
    let world = World::new();
    let done = world.execute("take").unwrap();
    assert_eq!(done, json!({ "step": "take", "status": "done" }));
    let undone = world.compensate("take");
    assert_undone(&undone);
    assert_eq!(undone.unwrap(), json!({ "step": "take", "status": "undone" }));
}
