//! A run that is made by hand, told to the letter; and a real one.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::{Op, TaskPayload};
use amends_store::{Lease, LedgerRow, LedgerStatus, SagaRow, SagaState, Undo};
use serde_json::{Value, json};

use super::Story;
use crate::explore::ending::{Ending, StepEnding};
use crate::explore::judge::Broken;
use crate::explore::search::Counterexample;
use crate::explore::trace::{Ended, Happened, Moment, ProviderCall, Trace};
use crate::explore::world::START;
use crate::explore::{Fault, Setup, replay};
use crate::order::OrderScenario;

fn at(seconds: u64, actor: &str, what: Happened) -> Moment {
    Moment { at: START.plus(Duration::from_secs(seconds)), actor: actor.into(), what }
}

fn saga(state: SagaState, reason: Option<&str>) -> SagaRow {
    let end = START.plus(Duration::from_secs(900));
    let mut row = SagaRow::new("order-1".parse().unwrap(), "order_saga", Value::Null, START, end);
    row.state = state;
    row.reason = reason.map(str::to_owned);
    row.unwinder = reason.map(|_| row.id.forward_run());
    row
}

fn row(step: &str, status: LedgerStatus) -> LedgerRow {
    let mut row = LedgerRow::new("order-1".parse().unwrap(), step, 0, false, status);
    row.attempts = 1;
    row
}

fn ledger(before: Option<&LedgerRow>, after: &LedgerRow) -> Happened {
    Happened::Ledger { before: before.cloned().map(Box::new), after: Box::new(after.clone()) }
}

fn task(step: &str, op: Op, retry: u32) -> TaskPayload {
    let id: amends_types::SagaId = "order-1".parse().unwrap();
    TaskPayload { run: id.forward_run(), saga_id: id, step: step.to_owned(), op, retry }
}

fn called(error: Option<&str>) -> Happened {
    Happened::Called(Box::new(ProviderCall {
        operation: "capture",
        reference: "order-1".into(),
        key: Some("key".into()),
        at: START,
        key_window: None,
        object: None,
        relies_on_key: false,
        outcome: error.map_or_else(|| Ok("ok".into()), |error| Err(error.to_owned())),
        proven_not_done: false,
    }))
}

/// Before anything goes wrong: five lines, of which the last is what the charge is in the middle of.
fn before(started: &LedgerRow) -> Vec<Moment> {
    let order = task("order", Op::Execute, 0);
    let answer = Ok("accepted".to_owned());
    vec![
        at(0, "intake.1", Happened::Saga { before: None, after: Box::new(saga(SagaState::Forward, None)) }),
        at(0, "relay.1", Happened::Started { machine: "order_saga".into(), run: "order-1".into() }),
        at(1, "order.execute.1", ledger(None, &row("order", LedgerStatus::Done))),
        at(1, "order.execute.1", Happened::Answered { payload: order, answer, heard: true }),
        at(2, "charge.execute.1", ledger(None, started)),
    ]
}

fn by_hand() -> Counterexample {
    let mut started = row("charge", LedgerStatus::Started);
    started.lease = Some(Lease { token: 1, until: START.plus(Duration::from_secs(32)) });
    let mut doubted = started.clone();
    (doubted.lease, doubted.in_doubt, doubted.reason) = (None, true, Some("no reply".into()));
    let mut undone = doubted.clone();
    (undone.status, undone.undo) = (LedgerStatus::Undone, Some(Undo::NothingFound));
    let site = "charge.execute.1/capture.1".to_owned();
    let charge = |op, retry| task("charge", op, retry);
    let mut moments = before(&started);
    let unwinding = saga(SagaState::Unwinding, Some("no reply"));
    moments.extend([
        at(2, "charge.execute.1", Happened::Injected { site, fault: Fault::ReplyLost }),
        at(12, "charge.execute.1", called(Some("no reply"))),
        at(12, "charge.execute.1", ledger(Some(&started), &doubted)),
        at(
            12,
            "charge.execute.1",
            Happened::Answered {
                payload: charge(Op::Execute, 0),
                answer: Err(("Saga.Unknown".into(), "no reply".into())),
                heard: true,
            },
        ),
        at(13, "charge.compensate.1", Happened::Delivered { payload: charge(Op::Compensate, 2) }),
        at(
            13,
            "charge.compensate.1",
            Happened::Saga {
                before: Some(Box::new(saga(SagaState::Forward, None))),
                after: Box::new(unwinding),
            },
        ),
        at(13, "charge.compensate.1", ledger(Some(&doubted), &undone)),
        at(
            4000,
            "engine",
            Happened::Ended(Ended {
                machine: "order_saga".into(),
                run: "order-1".into(),
                status: "FAILED".into(),
                error: Some("Saga.Compensated".into()),
                cause: None,
            }),
        ),
    ]);
    Counterexample {
        schedule: "charge.execute.1/capture.1=reply_lost".parse().unwrap(),
        broken: vec![broken()],
        trace: Trace { moments },
        endings: vec![ending()],
    }
}

fn broken() -> Broken {
    Broken {
        invariant: "S2",
        sentence: "compensated: none left",
        of: "order-1".into(),
        what: "compensated, but the effect of charge is left".into(),
    }
}

fn ending() -> Ending {
    let charge = StepEnding {
        step: "charge",
        ledger: Some(LedgerStatus::Undone),
        applied: 1,
        reversed: 0,
        effects: vec!["prepared", "captured"],
    };
    let sync = StepEnding { step: "sync", ledger: None, applied: 0, reversed: 0, effects: vec![] };
    Ending { saga: "order-1".into(), state: SagaState::Compensated, steps: vec![charge, sync] }
}

#[test]
fn a_story_is_told_to_the_letter() {
    let expected = "\
a run with 1 fault:
  charge.execute.1/capture.1=reply_lost: the provider does it, and the reply is lost

       1-4  +00:00:00                       … 4 lines: all goes well
         5  +00:00:02  charge.execute.1     charge becomes started, lease until +00:00:32
!!       6  +00:00:02  charge.execute.1     capture.1: the provider does it, and the reply is lost
         7  +00:00:12  charge.execute.1     calls capture, and cannot know whether it was done: no reply
         8  +00:00:12  charge.execute.1     charge: lease given back, in doubt from now on, because: no reply
         9  +00:00:12  charge.execute.1     fails: Saga.Unknown: no reply
        10  +00:00:13  charge.compensate.1  is asked by execution order-1 to compensate charge, retry 2
        11  +00:00:13  charge.compensate.1  saga order-1 becomes unwinding, execution order-1 unwinds it, because: no reply
        12  +00:00:13  charge.compensate.1  charge becomes undone (nothing found)
        13  +01:06:40  engine               execution order-1 of order_saga has ended: FAILED: Saga.Compensated

at the end: order-1 is compensated
  charge  ledger: undone    books: applied 1, reversed 0 (prepared, captured)
  sync    ledger: absent    books: applied 0, reversed 0

S2: compensated: none left — order-1: compensated, but the effect of charge is left

again: amends verify --scenario one_order --schedule 'charge.execute.1/capture.1=reply_lost'
";
    assert_eq!(Story::of(&by_hand(), "--scenario one_order").text(), expected);
}

#[test]
fn a_story_as_json_has_every_line() {
    let story = serde_json::to_value(Story::of(&by_hand(), "")).unwrap();
    assert_eq!(story["command"], "amends verify --schedule 'charge.execute.1/capture.1=reply_lost'");
    assert_eq!(story["lines"].as_array().unwrap().len(), 13);
    assert_eq!(
        story["lines"][6],
        json!({
            "number": 7,
            "at_micros": 12_000_000,
            "kind": "called",
            "who": "charge.execute.1",
            "what": "calls capture, and cannot know whether it was done: no reply",
        })
    );
    assert_eq!(story["injected"][0]["fault"], "reply_lost");
    assert_eq!(story["at_rest"][0]["steps"][0]["ledger"], "undone");
    assert_eq!(story["at_rest"][0]["steps"][1]["ledger"], Value::Null);
    assert_eq!(story["broken"][0]["invariant"], "S2");
}

#[test]
fn a_charge_that_nobody_undoes_is_told() {
    let setup = Setup::new(Arc::new(OrderScenario::one_order()));
    let mut machine: Value = serde_json::from_str(&setup.definition().forward_machine()).unwrap();
    for catcher in machine["States"]["charge"]["Catch"].as_array_mut().unwrap() {
        catcher["Next"] = "release_stock".into();
    }
    let setup = setup.with_forward_machine(&machine.to_string()).unwrap();
    let run = replay(&setup, &"charge.execute.1/capture.1=silent".parse().unwrap());
    let text = Story::of(&run, "wrong.asl.json").text();
    let places = [
        "lines: all goes well",
        "!!",
        "calls capture, and cannot know whether it was done",
        "in doubt from now on",
        "reserve_stock becomes undone",
        "at the end: order-1 is",
        "applied 1, reversed 0 (prepared, captured)",
        "again: amends verify wrong.asl.json --schedule 'charge.execute.1/capture.1=silent'\n",
    ]
    .map(|part| text.find(part).unwrap_or_else(|| panic!("{part:?} is not in\n{text}")));
    assert!(places.is_sorted(), "{text}");
    assert_eq!(
        text,
        Story::of(&replay(&setup, &run.schedule), "wrong.asl.json").text(),
        "told the same again"
    );
}

#[test]
fn what_was_late_is_told_when_it_arrives() {
    let setup = Setup::new(Arc::new(OrderScenario::one_order()));
    let text = |schedule: &str| Story::of(&replay(&setup, &schedule.parse().unwrap()), "").text();
    let arrival = "what was late for order-1 arrives: captured";
    assert!(text("charge.execute.1/capture.1=late").contains(arrival));
    assert!(!text("charge.execute.1/capture.1=reply_lost").contains(arrival));
}
