//! Repair: work items, and what people decide about them.

use amends_coordinator::repair::{
    Held, HowDecided, ParkedQuery, RepairError, Retried, WorkItem, decide, parked, retry, work_item,
};
use amends_coordinator::{Decision, Execution, Swept};
use amends_saga::{Op, StepError};
use amends_store::{AuditAction, AuditQuery, AuditRow, LedgerStatus, SagaState, Undo};

use crate::provider::Act;
use crate::worker::Lost;
use crate::world::{World, forward, saga_id, unwind};

fn no() -> StepError {
    StepError::Rejected("the card 4711 is closed".into())
}

fn ada() -> Decision {
    Decision::new("ada", "the bank has opened it again")
}

/// Sagas of which `book` cannot be undone, because the provider says no to the first attempt.
fn stuck(ids: &[&str]) -> World {
    let world = World::new();
    for id in ids {
        world.provider.script("pay", Op::Execute, [Act::Fail(no())]);
        world.provider.script("book", Op::Compensate, [Act::Fail(no())]);
        world.begin(id);
        world.wait_for_end(&forward(id));
        assert_eq!(world.state(id), SagaState::Stuck);
    }
    world
}

fn items(world: &World, query: &ParkedQuery) -> Vec<WorkItem> {
    world.run(parked(world.store(), query)).unwrap()
}

fn try_retry(world: &World, id: &str, step: Option<&str>) -> Result<Retried, RepairError> {
    world.run(retry(world.store(), &world.kind, None, &saga_id(id), step, ada()))
}

fn start_retry(world: &World, id: &str, number: u32) -> Execution {
    assert!(matches!(try_retry(world, id, None), Ok(Retried::Unwinds(_))));
    assert_eq!(world.relay().started, [unwind(id, number)]);
    unwind(id, number)
}

fn try_decide(world: &World, id: &str, step: &str, how: HowDecided) -> Result<SagaState, RepairError> {
    world.run(decide(world.store(), &saga_id(id), step, how, ada()))
}

fn log(world: &World) -> Vec<AuditRow> {
    world.read(|tx| tx.audit_log(&AuditQuery { limit: 99, ..AuditQuery::default() }))
}

#[test]
fn a_stuck_saga_is_a_work_item_with_its_residual_bill() {
    let world = stuck(&["o"]);
    let item = world.run(work_item(world.store(), &saga_id("o"))).unwrap().unwrap();
    assert_eq!((item.saga.as_str(), item.state, item.parked.len()), ("o", SagaState::Stuck, 1));
    let step = &item.parked[0];
    assert_eq!((step.step.as_str(), step.held, step.undo_attempts), ("book", Held::Yes, 1));
    assert_eq!(step.reason, "rejected: the card 4711 is closed");
    assert_eq!(step.error_class, "book: rejected: the card # is closed");
    assert_eq!(items(&world, &ParkedQuery { limit: 9, ..ParkedQuery::default() }), [item]);
    assert_eq!(world.run(work_item(world.store(), &saga_id("other"))).unwrap(), None);
}

#[test]
fn an_undo_whose_answer_was_lost_leaves_an_effect_that_may_be_there() {
    let world = World::new();
    world.provider.script("pay", Op::Execute, [Act::Fail(no())]);
    let lost = Act::Fail(StepError::Unknown("no answer".into()));
    world.provider.script("book", Op::Compensate, [lost, Act::Fail(no())]);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    let item = world.run(work_item(world.store(), &saga_id("o"))).unwrap().unwrap();
    assert_eq!(item.parked[0].held, Held::Maybe);
}

#[test]
fn work_items_come_in_pages_and_by_error_class() {
    let world = stuck(&["a", "b", "c"]);
    let ids = |query: ParkedQuery| -> Vec<String> {
        items(&world, &query).iter().map(|item| item.saga.to_string()).collect()
    };
    let all = ParkedQuery { limit: 9, ..ParkedQuery::default() };
    assert_eq!(ids(all.clone()), ["a", "b", "c"]);
    assert_eq!(ids(ParkedQuery { limit: 2, ..all.clone() }), ["a", "b"]);
    assert_eq!(ids(ParkedQuery { after: Some(saga_id("a")), ..all.clone() }), ["b", "c"]);
    let of = |class: &str| ParkedQuery { class: Some(class.into()), ..all.clone() };
    assert_eq!(ids(of("book: rejected: the card # is closed")), ["a", "b", "c"]);
    assert_eq!(ids(of("book: something else")), [""; 0]);
}

#[test]
fn a_retry_unwinds_once_more_and_the_saga_ends_compensated() {
    let world = stuck(&["o"]);
    let execution = start_retry(&world, "o", 1);
    assert!(world.saga("o").repairing);
    assert_eq!(world.state("o"), SagaState::Stuck, "the verdict stays until the repair has ended");
    let ended = world.wait_for_end(&execution);
    assert_eq!(ended.error.as_deref(), Some("Saga.Compensated"));
    let saga = world.saga("o");
    assert_eq!((saga.state, saga.repairing), (SagaState::Compensated, false));
    assert_eq!(world.provider.held("o"), [""; 0]);
    let log = log(&world);
    assert_eq!(log.len(), 1);
    let decision = &log[0].decision;
    assert_eq!((decision.actor.as_str(), decision.action), ("ada", AuditAction::Retry));
    assert_eq!((decision.saga.clone(), decision.why.as_str()), (Some(saga_id("o")), ada_why()));
    assert_eq!(try_retry(&world, "o", None), Err(RepairError::NotParked("no step".into())));
}

fn ada_why() -> &'static str {
    "the bank has opened it again"
}

#[test]
fn a_retry_that_fails_leaves_the_saga_stuck_and_can_be_made_again() {
    let world = stuck(&["o"]);
    world.provider.script("book", Op::Compensate, [Act::Fail(no())]);
    let execution = start_retry(&world, "o", 1);
    let ended = world.wait_for_end(&execution);
    assert_eq!(ended.error.as_deref(), Some("Saga.Stuck"));
    let saga = world.saga("o");
    assert_eq!((saga.state, saga.repairing), (SagaState::Stuck, false));
    assert_eq!(world.sweep(), Swept::default());
    world.wait_for_end(&start_retry(&world, "o", 2));
    assert_eq!(world.state("o"), SagaState::Compensated);
}

#[test]
fn of_two_people_who_retry_at_once_one_does_and_the_other_hears_of_it() {
    let world = stuck(&["o"]);
    start_retry(&world, "o", 1);
    assert_eq!(try_retry(&world, "o", None), Err(RepairError::UnderWay));
    assert_eq!(try_decide(&world, "o", "book", HowDecided::Accepted), Err(RepairError::UnderWay));
    assert_eq!(log(&world).len(), 1);
}

#[test]
fn a_repair_whose_execution_was_stopped_is_swept() {
    let world = stuck(&["o"]);
    world.worker.lose("pay", Op::Compensate, [Lost::Request]);
    let execution = start_retry(&world, "o", 1);
    world.settle();
    world.stop(&execution);
    assert_eq!(world.sweep().started, [unwind("o", 2)]);
    world.wait_for_end(&unwind("o", 2));
    assert_eq!(world.state("o"), SagaState::Compensated);
    assert_eq!(world.sweep(), Swept::default());
}

#[test]
fn what_was_undone_outside_is_resolved_and_the_row_says_so() {
    let world = stuck(&["o"]);
    let how = HowDecided::Resolved { reference: Some("re_1".into()) };
    assert_eq!(try_decide(&world, "o", "book", how), Ok(SagaState::Compensated));
    let row = world.rows("o").remove(0);
    assert_eq!((row.status, row.undo), (LedgerStatus::Undone, Some(Undo::Resolved)));
    assert_eq!(row.undo_reason.as_deref(), Some("rejected: the card 4711 is closed"));
    let decision = log(&world).remove(0).decision;
    assert_eq!((decision.action, decision.step.as_deref()), (AuditAction::Resolve, Some("book")));
    assert_eq!(decision.detail["reference"], "re_1");
}

#[test]
fn an_accepted_residual_is_recorded_as_accepted_and_never_hidden() {
    let world = stuck(&["o"]);
    assert_eq!(try_decide(&world, "o", "book", HowDecided::Accepted), Ok(SagaState::Compensated));
    let row = world.rows("o").remove(0);
    assert_eq!((row.status, row.undo), (LedgerStatus::Undone, Some(Undo::Accepted)));
    assert_eq!(world.provider.held("o"), ["book"]);
    assert_eq!(log(&world)[0].decision.action, AuditAction::Accept);
}

#[test]
fn a_decision_about_what_is_not_parked_changes_nothing() {
    let world = stuck(&["o"]);
    let check = |id: &str, step: &str, expected: RepairError| {
        assert_eq!(try_decide(&world, id, step, HowDecided::Accepted), Err(expected));
    };
    check("o", "pay", RepairError::NotParked("pay".into()));
    check("o", "nonsense", RepairError::NotParked("nonsense".into()));
    check("other", "book", RepairError::NoSuchSaga);
    world.worker.lose("book", Op::Execute, [Lost::Request]);
    world.begin("running");
    check("running", "book", RepairError::NoVerdict("forward"));
    assert_eq!(try_retry(&world, "running", None), Err(RepairError::NoVerdict("forward")));
    assert_eq!((log(&world).len(), world.state("o")), (0, SagaState::Stuck));
}

#[test]
fn a_parked_notice_of_a_committed_saga_is_owed_again_by_a_retry() {
    let world = World::new();
    let lost = Act::FailAfter(StepError::Unknown("no answer".into()));
    world.provider.script("tell", Op::Execute, vec![lost; 20]);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    assert_eq!(world.state("o"), SagaState::Committed);
    world.provider.script("tell", Op::Execute, [Act::Fail(no())]);
    world.pass(3600);
    world.deliver_owed();
    assert_eq!(world.statuses("o")[1], LedgerStatus::Parked);
    assert_eq!(try_retry(&world, "o", Some("tell")), Ok(Retried::Owed));
    assert_eq!(world.deliver_owed().delivered, 1);
    assert_eq!((world.statuses("o")[1], world.state("o")), (LedgerStatus::Done, SagaState::Committed));
}
