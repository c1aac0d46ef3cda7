//! Stores that were made from a backup.

use amends_coordinator::repair::{RepairError, retry};
use amends_coordinator::{Decision, mark_restored};
use amends_saga::{Op, StepError};
use amends_store::{AuditQuery, Restored, SagaState};

use crate::provider::Act;
use crate::worker::Lost;
use crate::world::{World, forward, saga_id};

/// A store with a saga that waits in the outbox, one that runs, one that is stuck, one that owes a notice and one that
/// owes nothing.
fn busy() -> World {
    let world = World::new();
    let no = || StepError::Rejected("closed".into());
    world.begin("committed");
    world.wait_for_end(&forward("committed"));
    world.provider.script("pay", Op::Execute, [Act::Fail(no())]);
    world.provider.script("book", Op::Compensate, [Act::Fail(no())]);
    world.begin("stuck");
    world.wait_for_end(&forward("stuck"));
    world.provider.script("tell", Op::Execute, vec![Act::Fail(StepError::Transient("busy".into())); 99]);
    world.begin("owed");
    world.wait_for_end(&forward("owed"));
    world.provider.script("tell", Op::Execute, []);
    world.worker.lose("pay", Op::Execute, [Lost::Request]);
    world.begin("running");
    world.place("placed");
    world
}

fn mark(world: &World, restored: Restored) -> u64 {
    let decision = Decision::new("ada", "the disk was lost");
    world.run(mark_restored(world.store(), restored, decision)).unwrap()
}

fn restored(world: &World, id: &str) -> Option<Restored> {
    world.saga(id).restored
}

#[test]
fn in_a_copy_nothing_is_done_for_anything_that_goes_on_elsewhere() {
    let mut world = busy();
    world.amnesia();
    assert_eq!(mark(&world, Restored::Copied), 4);
    assert_eq!(restored(&world, "committed"), None);
    let effects = world.provider.effects("running").len();
    assert_eq!((world.relay().started, world.outbox()), (vec![], vec![]));
    world.pass(1_000_000);
    assert_eq!(world.sweep(), Default::default());
    assert_eq!(world.deliver_owed(), Default::default());
    let again = world.run(retry(
        world.store(),
        &world.kind,
        None,
        &saga_id("stuck"),
        None,
        Decision::new("ada", "try"),
    ));
    assert_eq!(again, Err(RepairError::Copy));
    assert_eq!(world.provider.effects("running").len(), effects);
    assert_eq!(world.state("running"), SagaState::Forward);
    let log = world.read(|tx| tx.audit_log(&AuditQuery { limit: 9, ..AuditQuery::default() }));
    assert_eq!(log[0].decision.detail["restored"], "copied");
}

#[test]
fn what_was_open_in_the_backup_is_marked_as_recovered_and_goes_on() {
    let mut world = busy();
    world.amnesia();
    assert_eq!(mark(&world, Restored::Recovered), 4);
    assert_eq!(restored(&world, "committed"), None);
    assert_eq!(restored(&world, "placed"), Some(Restored::Recovered));
    world.relay();
    world.sweep();
    for id in ["running", "placed"] {
        world.wait_for_end(&forward(id));
        assert_eq!(world.state(id), SagaState::Committed, "{id}");
    }
}
