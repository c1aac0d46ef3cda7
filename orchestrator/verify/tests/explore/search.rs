//! The search: the same on any number of cores, replayable, and by chance from a seed.

use std::sync::Arc;

use amends_verify::explore::{Fault, FaultSet, Schedule, Search, Setup, replay};
use amends_verify::order::OrderScenario;

use crate::order_saga::{exhaust, told};

/// An order saga whose charge catches nothing.
fn without_catch() -> Setup {
    let setup = Setup::new(Arc::new(OrderScenario::one_order()));
    let mut machine: serde_json::Value = serde_json::from_str(&setup.definition().forward_machine()).unwrap();
    let charge = machine["States"]["charge"].as_object_mut().unwrap();
    charge.remove("Catch");
    charge.remove("Retry");
    setup.with_forward_machine(&machine.to_string()).unwrap()
}

#[test]
fn a_search_finds_the_same_each_time() {
    let setup = Setup::new(Arc::new(OrderScenario::one_order())).with_faults(FaultSet::of(&[
        Fault::ReplyLost,
        Fault::WorkerDies,
        Fault::Stopped,
    ]));
    let (first, second) = (exhaust(&setup, 2), exhaust(&setup, 2));
    assert_eq!((&first.runs, first.states, first.merged), (&second.runs, second.states, second.merged));
    assert!(first.runs[2] > first.runs[1]);
}

#[test]
fn a_run_is_the_same_by_its_schedule() {
    let setup = Setup::new(Arc::new(OrderScenario::one_order()));
    let schedule: Schedule =
        "charge.execute.1/capture.1=reply_lost,refund.nowhere.1/x.1=late".parse().unwrap();
    let (first, second) = (replay(&setup, &schedule), replay(&setup, &schedule));
    assert_eq!(first.schedule.to_string(), "charge.execute.1/capture.1=reply_lost");
    assert_eq!(format!("{:?}", first.trace), format!("{:?}", second.trace));
}

#[test]
fn chance_is_repeated_from_its_seed_and_what_it_finds_is_shrunk() {
    let setup = Setup::new(Arc::new(OrderScenario::one_order()));
    let (interrupted, progress) = (|| false, |_| {});
    let search = Search {
        setup: &setup,
        faults: 5,
        stop_at_first: false,
        interrupted: &interrupted,
        progress: &progress,
    };
    let (first, second) = (search.by_chance(7, 60), search.by_chance(7, 60));
    assert_eq!((first.total(), second.total()), (60, 60));
    assert_eq!(told(&first.counterexamples), [""; 0]);
    assert_eq!(told(&second.counterexamples), [""; 0]);
}

#[test]
fn what_nothing_catches_is_found_although_the_sweeper_mends_it() {
    let found = exhaust(&without_catch().with_faults(FaultSet::of(&[Fault::Declined, Fault::ReplyLost])), 1);
    let wrong = told(&found.counterexamples);
    assert!(wrong.iter().any(|what| what.contains("S15")), "{wrong:?}");
    // Every effect is undone nevertheless.
    assert!(!found.broken.contains_key("S2"), "{wrong:?}");
}
