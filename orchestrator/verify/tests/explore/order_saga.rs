//! The order saga, explored.

use std::sync::Arc;

use amends_verify::explore::{Counterexample, Found, Search, Setup, replay};
use amends_verify::order::OrderScenario;

pub(crate) fn exhaust(setup: &Setup, faults: u32) -> Found {
    let (interrupted, progress) = (|| false, |_| {});
    Search { setup, faults, stop_at_first: false, interrupted: &interrupted, progress: &progress }.exhaust()
}

pub(crate) fn told(found: &[Counterexample]) -> Vec<String> {
    let all = found.iter().flat_map(|example| {
        let schedule = example.schedule.to_string();
        example.broken.iter().map(move |broken| format!("{schedule}: {} {}", broken.invariant, broken.what))
    });
    all.collect()
}

#[test]
fn the_run_in_which_nothing_goes_wrong_is_sound() {
    let setup = Setup::new(Arc::new(OrderScenario::one_order()));
    let run = replay(&setup, &"".parse().unwrap());
    assert_eq!(run.broken, []);
    let verdicts: Vec<_> = run.trace.sagas().map(|(_, saga)| saga.state.name()).collect();
    assert_eq!(verdicts, ["forward", "committed"]);
}

#[test]
fn no_single_fault_breaks_anything() {
    for scenario in [OrderScenario::one_order(), OrderScenario::last_item(), OrderScenario::side_by_side()] {
        let found = exhaust(&Setup::new(Arc::new(scenario)), 1);
        assert_eq!(told(&found.counterexamples), [""; 0]);
        assert!(found.runs[1] > 150, "{:?}", found.runs);
    }
}

#[test]
fn no_single_fault_breaks_a_repair_several_coordinators_or_an_adoption() {
    let settings = [OrderScenario::repaired(), OrderScenario::coordinators(), OrderScenario::lost_engine()];
    for scenario in settings {
        let found = exhaust(&Setup::new(Arc::new(scenario)), 1);
        assert_eq!(told(&found.counterexamples), [""; 0]);
        assert!(found.runs[1] > 150, "{:?}", found.runs);
    }
}

#[test]
fn what_is_stuck_is_repaired() {
    let setup = Setup::new(Arc::new(OrderScenario::repaired()));
    let run = replay(&setup, &"".parse().unwrap());
    assert_eq!(run.broken, []);
    let verdicts = run.trace.sagas().map(|(_, saga)| saga.state.name()).collect::<Vec<_>>();
    assert!(verdicts.ends_with(&["stuck", "stuck", "compensated"]), "{verdicts:?}");
}

#[test]
fn what_goes_wrong_around_a_repair_does_not_break_it() {
    let setup = Setup::new(Arc::new(OrderScenario::repaired()));
    for schedule in [
        // The repair by hand comes a moment after the verdict.
        "settle.1/answer.1=worker_dies,operator/decide.1=operator_resolves",
        // A notice is corrected by hand, or was corrected and nobody heard of it.
        "notify.compensate.1/send.1=declined,operator/decide.1=operator_resolves",
        "notify.execute.1/send.1=silent,operator/decide.1=operator_resolves",
        // What was stopped before is redriven, and ends while the repair goes on.
        "reserve_stock.compensate.1/write.1=stopped_meanwhile,operator/redrive_meanwhile.1=redriven_meanwhile",
        // What was undone by hand is not recorded as that.
        "settle.1/answer.1=oversized,operator/decide.1=operator_resolves,operator.1/write.1=store_unavailable,\
         relay.2/write.2=store_unavailable",
        // A copy of an earlier task comes before what was stopped is redriven.
        "notify.execute.1/begin.1=again_at_the_repair,external_inventory_sync.execute.1/begin.1=out_of_time,\
         operator/redrive.1=redriven",
    ] {
        let run = replay(&setup, &schedule.parse().unwrap());
        assert_eq!(run.schedule.to_string(), schedule, "all faults happen");
        assert_eq!(run.broken, [], "{schedule}");
    }
}

#[test]
fn what_another_engine_ends_does_not_hide_what_this_one_has_ended() {
    let setup = Setup::new(Arc::new(OrderScenario::lost_engine()));
    let schedule = "order.execute.1/begin.1=engine_lost,charge.compensate.1/write.1=stopped_meanwhile";
    let run = replay(&setup, &schedule.parse().unwrap());
    assert_eq!((run.schedule.to_string().as_str(), run.broken), (schedule, Vec::new()));
}

#[test]
fn no_two_faults_break_anything() {
    let found = exhaust(&Setup::new(Arc::new(OrderScenario::one_order())), 2);
    assert_eq!(told(&found.counterexamples), [""; 0]);
    assert!(found.runs[2] > 20_000 && found.merged > 10_000, "{:?}, {} merged", found.runs, found.merged);
}
