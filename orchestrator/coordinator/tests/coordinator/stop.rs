//! Stop: the Stop button, with a record of who pressed it.

use amends_coordinator::{Decision, Stop, stop};
use amends_saga::Op;
use amends_store::{AuditAction, AuditQuery, SagaState};

use crate::worker::Lost;
use crate::world::{World, forward, saga_id, unwind};

fn ask(world: &World, id: &str) -> Stop {
    let decision = Decision::new("ada", "it hangs");
    world.run(stop(world.store(), &world.wire, &world.kind, &saga_id(id), decision)).unwrap()
}

#[test]
fn a_stopped_execution_is_recorded_and_its_saga_is_unwound_by_the_sweeper() {
    let world = World::new();
    world.worker.lose("pay", Op::Execute, [Lost::Request]);
    world.begin("o");
    assert_eq!(ask(&world, "o"), Stop::Stopped(forward("o")));
    let log = world.read(|tx| tx.audit_log(&AuditQuery { limit: 9, ..AuditQuery::default() }));
    let decision = &log[0].decision;
    assert_eq!((decision.action, decision.why.as_str()), (AuditAction::Stop, "it hangs"));
    let cause = world.describe(&forward("o")).unwrap().cause;
    assert_eq!(cause.as_deref(), Some("stopped by ada: it hangs"));
    assert_eq!(world.sweep().started, [unwind("o", 1)]);
    world.wait_for_end(&unwind("o", 1));
    assert_eq!((world.state("o"), world.provider.held("o")), (SagaState::Compensated, vec![]));
}

#[test]
fn what_does_not_run_cannot_be_stopped() {
    let world = World::new();
    assert_eq!(ask(&world, "o"), Stop::NoSuchSaga);
    world.place("o");
    assert_eq!(ask(&world, "o"), Stop::NotRunning);
    world.relay();
    world.wait_for_end(&forward("o"));
    assert_eq!(ask(&world, "o"), Stop::NotRunning);
    let log = world.read(|tx| tx.audit_log(&AuditQuery { limit: 9, ..AuditQuery::default() }));
    assert_eq!(log, []);
}
