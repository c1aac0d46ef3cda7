//! Tasks that are not Lambda functions: activities, task tokens, jobs that are awaited.

use std::time::Duration;

use amends_engine::clock::Spawn;
use amends_engine::driver::{CallbackError, Engine, TaskFailure};
use amends_engine::journal::{Status, Survives};
use amends_types::Clock;
use serde_json::{Value, json};

use crate::world::World;

const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:pack";

fn open(world: &World, mut state: Value) -> Engine {
    state["Type"] = json!("Task");
    state["End"] = json!(true);
    let engine = world.open();
    let definition = json!({"StartAt": "a", "States": {"a": state}});
    engine.register_machine("m", &definition.to_string()).unwrap();
    engine
}

/// Five seconds are too few for it.
fn short_job() -> Value {
    let resource = "arn:aws:states:::states:startExecution.sync";
    json!({"Resource": resource, "Parameters": child(), "TimeoutSeconds": 5})
}

fn child() -> Value {
    json!({"StateMachineArn": "m"})
}

fn types(world: &World, engine: &Engine) -> Vec<String> {
    let history = world.run(engine.history("m", "e")).unwrap().unwrap();
    history.iter().map(|event| event.event.type_name().into_owned()).collect()
}

fn start(world: &World, engine: &Engine) {
    world.run(engine.start("m", "e", json!({"box": 1}))).unwrap();
}

fn status(world: &World, engine: &Engine) -> (Status, Option<String>, Option<String>) {
    let ended = world.run(engine.wait_end("m", "e")).unwrap().unwrap();
    (ended.status, ended.output, ended.error)
}

#[test]
fn an_activitys_task_goes_to_the_worker_that_asks_and_its_answer_ends_it() {
    let world = World::new();
    let engine = open(&world, json!({"Resource": ACTIVITY}));
    start(&world, &engine);
    let task = world.run(engine.poll_activity(ACTIVITY, Some("packer".to_owned()))).unwrap();
    assert_eq!(task.input, json!({"box": 1}));
    world.run(engine.task_succeeded(&task.token, json!("packed"))).unwrap();
    assert_eq!(status(&world, &engine), (Status::Succeeded, Some("\"packed\"".to_owned()), None));
    let expected = ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"];
    assert_eq!(types(&world, &engine)[2..5], expected);
    let late = world.run(engine.task_succeeded(&task.token, json!("again")));
    assert_eq!(late, Err(CallbackError::TaskTimedOut));
}

#[test]
fn a_worker_that_waits_is_given_the_task_and_one_that_has_gone_is_not() {
    let world = World::new();
    let engine = open(&world, json!({"Resource": ACTIVITY}));
    drop(engine.poll_activity(ACTIVITY, None));
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let waiting = engine.clone();
    world.simulation.spawn(Box::pin(async move {
        let task = waiting.poll_activity(ACTIVITY, None).await;
        sender.send(task.unwrap()).unwrap();
    }));
    start(&world, &engine);
    let task = world.run(receiver.recv()).unwrap();
    let failure = TaskFailure { error: "Broken".to_owned(), cause: "glass".to_owned() };
    world.run(engine.task_failed(&task.token, failure)).unwrap();
    assert_eq!(status(&world, &engine).2.as_deref(), Some("Broken"));
}

#[test]
fn an_activity_that_does_not_exist_ends_the_execution() {
    let world = World::new();
    let engine = open(&world, json!({"Resource": "arn:aws:states:us-east-1:111111111111:activity:deleted"}));
    start(&world, &engine);
    assert_eq!(status(&world, &engine).2.as_deref(), Some("States.Runtime"));
    assert_eq!(types(&world, &engine)[2..], ["ExecutionFailed"]);
}

#[test]
fn a_heartbeat_is_awaited_from_the_start_and_each_one_gives_as_long_again() {
    let world = World::new();
    let engine = open(&world, json!({"Resource": ACTIVITY, "HeartbeatSeconds": 30, "TimeoutSeconds": 600}));
    start(&world, &engine);
    let sleep = |seconds| world.run(world.simulation.clock().sleep(Duration::from_secs(seconds)));
    sleep(100);
    let task = world.run(engine.poll_activity(ACTIVITY, None)).unwrap();
    sleep(20);
    world.run(engine.task_heartbeat(&task.token)).unwrap();
    sleep(20);
    assert_eq!(world.run(engine.open_count()), 1);
    sleep(20);
    assert_eq!(status(&world, &engine).2.as_deref(), Some("States.Timeout"));
    assert_eq!(world.run(engine.task_heartbeat(&task.token)), Err(CallbackError::TaskTimedOut));
}

#[test]
fn only_who_has_the_token_is_believed() {
    let world = World::new();
    let engine = open(&world, json!({"Resource": ACTIVITY}));
    start(&world, &engine);
    let task = world.run(engine.poll_activity(ACTIVITY, None)).unwrap();
    let mut token: amends_engine::interp::TaskToken = task.token.parse().unwrap();
    token.secret ^= 1;
    let guessed = world.run(engine.task_succeeded(&token.to_string(), json!(1)));
    assert_eq!(guessed, Err(CallbackError::InvalidToken));
    let nonsense = world.run(engine.task_succeeded("nonsense", json!(1)));
    assert_eq!(nonsense, Err(CallbackError::InvalidToken));
    assert_eq!(world.run(engine.open_count()), 1);
}

#[test]
fn what_a_worker_has_is_not_offered_again_after_a_crash_and_what_none_has_is() {
    for is_taken in [false, true] {
        let world = World::new();
        let engine = open(&world, json!({"Resource": ACTIVITY, "HeartbeatSeconds": 60}));
        start(&world, &engine);
        let taken = is_taken.then(|| world.run(engine.poll_activity(ACTIVITY, None)).unwrap());
        drop(engine);
        let world = world.after_crash(Survives::Nothing);
        let engine = world.open();
        let task = match taken {
            Some(task) => task,
            None => world.run(engine.poll_activity(ACTIVITY, None)).unwrap(),
        };
        world.run(engine.task_succeeded(&task.token, json!("packed"))).unwrap();
        assert_eq!(status(&world, &engine).0, Status::Succeeded, "{is_taken}");
        let types = types(&world, &engine);
        assert_eq!(types.iter().filter(|kind| *kind == "ActivityScheduled").count(), 1);
    }
}

#[test]
fn a_job_is_submitted_awaited_and_takes_no_room_meanwhile() {
    let mut world = World::new();
    world.limits.tasks_in_flight = 1;
    let engine = open(
        &world,
        json!({"Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": child()}),
    );
    start(&world, &engine);
    // The one place is free while the job runs.
    world.run(engine.start("steps", "other", json!({}))).unwrap();
    world.run(engine.wait_end("steps", "other")).unwrap();
    assert_eq!(world.run(engine.open_count()), 1);
    assert_eq!(status(&world, &engine).1.as_deref(), Some(r#"{"job":"done"}"#));
    assert_eq!(
        types(&world, &engine)[2..6],
        ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    );
    // And was given back once, not twice.
    world.run(engine.start("steps", "last", json!({}))).unwrap();
    assert_eq!(world.run(engine.wait_end("steps", "last")).unwrap().unwrap().status, Status::Succeeded);
}

#[test]
fn a_job_that_nobody_waits_for_is_told_so() {
    let world = World::new();
    let engine = open(&world, short_job());
    start(&world, &engine);
    assert_eq!(status(&world, &engine).2.as_deref(), Some("States.Timeout"));
    world.run(world.simulation.clock().sleep(Duration::from_secs(1)));
    assert_eq!(world.calls_of("e"), [("abandoned".to_owned(), 1), ("called".to_owned(), 1)]);
}

#[test]
fn a_job_that_nobody_waited_for_while_no_engine_ran_is_told_so_afterwards() {
    for parent_goes_on in [false, true] {
        let world = World::new();
        let mut state = short_job();
        if parent_goes_on {
            state["Retry"] = json!([{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 3600}]);
        }
        let engine = open(&world, state);
        start(&world, &engine);
        world.run(world.simulation.clock().sleep(Duration::from_secs(1)));
        drop(engine);
        let world = world.after_crash(Survives::Nothing);
        world.run(world.simulation.clock().sleep(Duration::from_secs(10)));
        let _engine = world.open();
        world.run(world.simulation.clock().sleep(Duration::from_secs(1)));
        assert_eq!(world.calls_of("e"), [("abandoned".to_owned(), 1), ("called".to_owned(), 1)]);
    }
}

#[test]
fn a_call_with_a_token_waits_for_it_and_is_not_made_again_after_a_crash() {
    let world = World::new();
    let state = json!({
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Parameters": {"StateMachineArn": "m", "Input": {"token.$": "$$.Task.Token"}},
    });
    let engine = open(&world, state);
    start(&world, &engine);
    world.run(world.simulation.clock().sleep(Duration::from_secs(1)));
    let history = serde_json::to_value(world.run(engine.history("m", "e")).unwrap().unwrap()).unwrap();
    let parameters = history[2]["taskScheduledEventDetails"]["parameters"].as_str().unwrap();
    let parameters: Value = serde_json::from_str(parameters).unwrap();
    let token = parameters["Input"]["token"].as_str().unwrap().to_owned();
    drop(engine);
    let world = world.after_crash(Survives::Nothing);
    let engine = world.open();
    world.run(world.simulation.clock().sleep(Duration::from_secs(1)));
    assert!(world.calls_of("e").is_empty());
    world.run(engine.task_succeeded(&token, json!({"paid": true}))).unwrap();
    assert_eq!(status(&world, &engine).1.as_deref(), Some(r#"{"paid":true}"#));
}

#[test]
fn a_service_that_cannot_be_called_fails_at_its_task() {
    let world = World::new();
    let engine = open(
        &world,
        json!({
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody": "m"},
        }),
    );
    start(&world, &engine);
    assert_eq!(status(&world, &engine).2.as_deref(), Some("No.Service"));
    assert_eq!(types(&world, &engine)[2..5], ["TaskScheduled", "TaskStarted", "TaskFailed"]);
}
