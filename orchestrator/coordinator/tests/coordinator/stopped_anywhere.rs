//! StopExecution runs no Catch and stops no task. So an execution is stopped at every state of the machine, with its
//! worker before, in the middle of, or after what it does; the saga gets its verdict all the same.

use amends_coordinator::Swept;
use amends_saga::{Op, StepError};
use amends_store::{LedgerStatus, SagaState};
use serde_json::Value;

use crate::provider::Act;
use crate::worker::Lost;
use crate::world::{World, forward, unwind};

/// Where the worker is when the execution is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    AtTheProvider,
    After,
}

/// A Task state of the machine.
#[derive(Debug)]
struct TaskState {
    name: String,
    step: &'static str,
    op: Op,
}

fn task_states(world: &World) -> Vec<TaskState> {
    let machine: Value = serde_json::from_str(&world.definition.forward_machine()).unwrap();
    let states = machine["States"].as_object().unwrap().iter();
    let tasks = states.filter(|(_, state)| state["Type"] == "Task");
    let tasks = tasks.map(|(name, state)| {
        let payload = &state["Parameters"]["Payload"];
        let step = ["book", "tell", "pay", "settle"].into_iter().find(|step| payload["step"] == *step);
        let op = serde_json::from_value(payload["op"].clone()).unwrap();
        TaskState { name: name.clone(), step: step.unwrap(), op }
    });
    tasks.collect()
}

/// Runs a saga until its execution is in `state`, with the worker of that state in `place`.
fn world_at(state: &TaskState, place: Place) -> World {
    let world = World::new();
    if state.op != Op::Execute {
        // The effect is there, nobody may try again, and every step is undone.
        world.provider.script("pay", Op::Execute, [Act::FailAfter(StepError::Bug("scripted".into()))]);
    }
    match place {
        Place::Before => world.worker.lose(state.step, state.op, [Lost::Request]),
        Place::AtTheProvider => world.provider.script(state.step, state.op, [Act::Hang]),
        Place::After => world.worker.lose(state.step, state.op, [Lost::Reply]),
    }
    world.begin("o");
    let now = world.describe(&forward("o")).unwrap();
    assert_eq!(now.state.as_ref(), Some(&state.name), "{state:?} {place:?}");
    world
}

fn check(state: &TaskState, place: Place) {
    let world = world_at(state, place);
    let had = world.state("o");
    if !had.is_final() {
        let left_alone = Swept { running: vec![forward("o")], ..Swept::default() };
        assert_eq!(world.sweep(), left_alone, "{state:?} {place:?}: it runs, within its time");
    }
    world.stop(&forward("o"));
    let swept = world.sweep();
    if had.is_final() {
        assert_eq!(swept, Swept::default(), "{state:?} {place:?}: only the reply was lost");
        assert_eq!(world.state("o"), had);
        return;
    }
    let taken_over = Swept { started: vec![unwind("o", 1)], ..Swept::default() };
    assert_eq!(swept, taken_over, "{state:?} {place:?}");
    let ended = world.wait_for_end(&unwind("o", 1));
    assert_eq!(ended.error.as_deref(), Some("Saga.Compensated"), "{state:?} {place:?}");
    assert_compensated(&world);
    assert_eq!(world.sweep(), Swept::default(), "{state:?} {place:?}");
}

/// Every step has its tombstone, nothing is held, and undos were in reverse order.
#[track_caller]
fn assert_compensated(world: &World) {
    assert_eq!(world.state("o"), SagaState::Compensated);
    assert_eq!(world.statuses("o"), [LedgerStatus::Undone; 3]);
    assert_eq!(world.provider.held("o"), [""; 0]);
    let effects = world.provider.effects("o");
    let of = |wanted: Op| effects.iter().filter(move |(_, op)| *op == wanted).map(|(step, _)| *step);
    assert!(of(Op::Compensate).eq(of(Op::Execute).collect::<Vec<_>>().into_iter().rev()), "{effects:?}");
}

#[test]
fn an_execution_stopped_at_any_state_is_unwound_and_its_saga_gets_its_verdict() {
    let states = task_states(&World::new());
    assert_eq!(states.len(), 7, "three steps, three compensations and settle");
    for state in &states {
        check(state, Place::Before);
        check(state, Place::After);
        if state.op != Op::Settle {
            check(state, Place::AtTheProvider);
        }
    }
}

#[test]
fn an_unwind_stopped_at_any_state_is_followed_by_another() {
    for state in task_states(&World::new()).iter().filter(|state| state.op != Op::Execute) {
        let world = World::new();
        world.worker.lose("pay", Op::Execute, [Lost::Reply]);
        world.provider.script("pay", Op::Execute, [Act::FailAfter(StepError::Bug("scripted".into()))]);
        world.begin("o");
        world.stop(&forward("o"));
        world.worker.lose(state.step, state.op, [Lost::Request]);
        assert_eq!(world.sweep().started, [unwind("o", 1)]);
        world.settle();
        let now = world.describe(&unwind("o", 1)).unwrap();
        assert_eq!(now.state.as_ref(), Some(&state.name));
        assert_eq!(world.sweep().running, [unwind("o", 1)]);
        world.stop(&unwind("o", 1));
        assert_eq!(world.sweep().started, [unwind("o", 2)]);
        world.wait_for_end(&unwind("o", 2));
        assert_compensated(&world);
    }
}
