//! Executions with empty handlers.
//!
//! `interpreter` folds what happens to a five-step execution, in memory: the interpreter alone. `five_steps` runs them
//! durably, on the disk that holds the target directory: `alone` is one execution at a time, whose time is the latency of
//! one, and `saturated` keeps 2,000 open. `journal` is the same of executions that only pass: a start and an end, which is
//! little more than the journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use amends_asl::StateMachine;
use amends_engine::driver::{Engine, EngineOptions, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::history::{NoHistory, Recording};
use amends_engine::interp::{Execution, Identity, Input, Occurrence, TaskId};
use amends_engine::journal::DirectoryId;
use amends_types::{BoxFuture, Timestamp};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

const MACHINE: &str = "five_steps";
const PASSES: &str = "passes";
const OPEN_AT_ONCE: u64 = 2_000;

struct Empty;

impl TaskWorker for Empty {
    fn invoke(&self, _: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        Box::pin(async { Ok(json!({"done": true})) })
    }
}

fn five_steps() -> String {
    let step = |number: u32| {
        let payload = json!({
            "FunctionName": format!("step-{number}:live"),
            "Payload": {"saga_id.$": "$.saga_id", "run.$": "$$.Execution.Name", "step": format!("step_{number}")},
        });
        let mut state = json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": payload,
            "ResultPath": null,
            "TimeoutSeconds": 60,
            "Retry": [{"ErrorEquals": ["Saga.Transient"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2.0}],
        });
        state[if number == 5 { "End" } else { "Next" }] =
            if number == 5 { json!(true) } else { json!(format!("step_{}", number + 1)) };
        (format!("step_{number}"), state)
    };
    let states: serde_json::Map<_, _> = (1..=5).map(step).collect();
    json!({"StartAt": "step_1", "States": states}).to_string()
}

fn name(number: u64) -> (String, Value) {
    let name = format!("order-{number:09}");
    let input = json!({"saga_id": name, "input_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"});
    (name, input)
}

async fn one(engine: &Engine, machine: &str, number: u64) {
    let (name, input) = name(number);
    engine.start(machine, &name, input).await.expect("the execution starts");
    engine.wait_end(machine, &name).await.expect("the archive answers");
}

/// Runs `count` executions, so many at once, and answers how long that took.
async fn many(engine: &Engine, machine: &'static str, first: u64, count: u64) -> Duration {
    let next = Arc::new(AtomicU64::new(first));
    let begun = Instant::now();
    let drivers: Vec<_> = (0..OPEN_AT_ONCE.min(count))
        .map(|_| {
            let (engine, next) = (engine.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= first + count {
                        return;
                    }
                    one(&engine, machine, number).await;
                }
            })
        })
        .collect();
    for driver in drivers {
        driver.await.expect("no execution fails");
    }
    begun.elapsed()
}

fn executions(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(std::env::temp_dir, Into::into);
    let dir = tempfile::tempdir_in(target).expect("a directory can be made");
    let engine = runtime.block_on(async {
        let options = EngineOptions::new(DirectoryId([1; 16]), Arc::new(Empty));
        Engine::open(dir.path(), options).expect("the engine opens")
    });
    engine.register_machine(MACHINE, &five_steps()).expect("the definition is valid");
    let passes = json!({"StartAt": "only", "States": {"only": {"Type": "Pass", "End": true}}});
    engine.register_machine(PASSES, &passes.to_string()).expect("the definition is valid");
    let used = AtomicU64::new(0);
    let mut group = criterion.benchmark_group("five_steps");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("alone", |bencher| {
        bencher.iter(|| runtime.block_on(one(&engine, MACHINE, used.fetch_add(1, Ordering::Relaxed))));
    });
    group.throughput(criterion::Throughput::Elements(1));
    let mut saturated = |name: &str, machine: &'static str| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                // Too few would measure how it fills and empties.
                let enough = count.max(5 * OPEN_AT_ONCE);
                let first = used.fetch_add(enough, Ordering::Relaxed);
                let elapsed = runtime.block_on(many(&engine, machine, first, enough));
                elapsed.mul_f64(count as f64 / enough as f64)
            });
        });
    };
    saturated("saturated", MACHINE);
    saturated("journal", PASSES);
    group.finish();
    runtime.block_on(engine.shutdown());
}

/// What happens to a five-step execution.
fn occurrences() -> Vec<Occurrence> {
    let started = Input::Started { input: name(1).1 };
    let answered = |task| Input::TaskSucceeded { task: TaskId(task), output: json!({"done": true}) };
    let inputs = std::iter::once(started).chain((1..=5).map(answered));
    let at = |index: usize| Timestamp::from_micros(1_700_000_000_000_000 + index as i64 * 1_000);
    inputs.enumerate().map(|(index, input)| Occurrence { at: at(index), entropy: 7, input }).collect()
}

fn interpreter(criterion: &mut Criterion) {
    let machine = Arc::new(StateMachine::parse(&five_steps()).expect("the definition is valid"));
    let arn = "arn:aws:states:us-east-1:111111111111";
    let identity = Identity {
        execution_arn: format!("{arn}:execution:five_steps:e").into(),
        execution_name: "e".into(),
        machine_arn: format!("{arn}:stateMachine:five_steps").into(),
        machine_name: MACHINE.into(),
        role_arn: "arn:aws:iam::111111111111:role/bench".into(),
    };
    let occurrences = occurrences();
    let mut group = criterion.benchmark_group("interpreter");
    group.throughput(criterion::Throughput::Elements(1));
    group.bench_function("five_steps", |bencher| {
        bencher.iter(|| {
            let mut execution = Execution::new(machine.clone(), identity.clone());
            let mut actions = Vec::new();
            for occurrence in &occurrences {
                execution.apply(occurrence.clone(), &mut NoHistory, &mut actions);
            }
            assert!(execution.outcome().is_some());
            actions
        });
    });
    group.bench_function("five_steps_with_history", |bencher| {
        bencher.iter(|| {
            let mut execution = Execution::new(machine.clone(), identity.clone());
            let (mut history, mut actions) = (Recording::default(), Vec::new());
            for occurrence in &occurrences {
                execution.apply(occurrence.clone(), &mut history, &mut actions);
            }
            history.events
        });
    });
    group.finish();
}

criterion_group!(benches, interpreter, executions);
criterion_main!(benches);
