//! A simulated machine: a disk that can lose power, a clock, and a worker that remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amends_asl::Pattern;
use amends_engine::clock::{Simulation, VirtualClock};
use amends_engine::driver::{
    Engine, EngineOpenError, EngineOptions, Limits, ParsedMachines, ServiceCall, TaskFailure, TaskWorker,
    WorkerTask,
};
use amends_engine::interp::MAX_DATA_BYTES;
use amends_engine::journal::{DirectoryId, MemoryArchive, MemoryStorage, Survives};
use amends_types::{BoxFuture, Clock, SplitMix, Timestamp};
use serde_json::{Value, json};

pub(crate) const DIRECTORY: DirectoryId = DirectoryId([7; 16]);

/// The machine under test; clones share everything.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) simulation: Simulation,
    pub(crate) storage: MemoryStorage,
    pub(crate) archive: MemoryArchive,
    pub(crate) limits: Limits,
    pub(crate) watermark: u64,
    pub(crate) parsed: Arc<ParsedMachines>,
    calls: Arc<Mutex<BTreeMap<(String, String), u32>>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            simulation: Simulation::new(VirtualClock::starting_at(Timestamp::from_micros(
                1_700_000_000_000_000,
            ))),
            storage: MemoryStorage::new(),
            archive: MemoryArchive::new(),
            limits: Limits::default(),
            watermark: 0,
            parsed: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// The same disks in a new machine, after the power failed in this one.
    pub(crate) fn after_crash(&self, survives: Survives) -> Self {
        let now = self.simulation.clock().now();
        Self {
            simulation: Simulation::new(VirtualClock::starting_at(now)),
            storage: self.storage.crash(survives),
            archive: self.archive.crash(),
            limits: self.limits,
            watermark: self.watermark,
            parsed: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// The same machine, with what others have parsed.
    pub(crate) fn sharing(self, parsed: Arc<ParsedMachines>) -> Self {
        Self { parsed, ..self }
    }

    pub(crate) fn try_open(&self) -> Result<Engine, EngineOpenError> {
        let mut options = EngineOptions::new(DIRECTORY, Arc::new(self.clone()));
        options.entropy = Arc::new(SplitMix::from_seed(1));
        options.on_fatal = Arc::new(|_| {});
        options.limits = self.limits;
        options.parsed = self.parsed.clone();
        let watermark = self.watermark;
        options.watermark = Arc::new(move || watermark);
        let storage = Arc::new(self.storage.clone());
        Engine::simulate(&self.simulation, storage, Arc::new(self.archive.clone()), options)
    }

    /// Opens the engine and registers the machines `steps` (three tasks) and `wait` (a day, then a task).
    pub(crate) fn open(&self) -> Engine {
        let engine = self.try_open().unwrap();
        engine.register_machine("steps", &steps()).unwrap();
        engine.register_machine("wait", &wait()).unwrap();
        engine
    }

    /// Runs to the end of the future; panics when nothing can happen any more.
    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.simulation.run(future).expect("something can happen until the future is complete")
    }

    /// How often the worker was asked for each step of each execution.
    pub(crate) fn calls(&self) -> BTreeMap<(String, String), u32> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn calls_of(&self, execution: &str) -> Vec<(String, u32)> {
        let calls = self.calls();
        calls.into_iter().filter(|((name, _), _)| name == execution).map(|((_, step), n)| (step, n)).collect()
    }
}

impl TaskWorker for World {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        *self
            .calls
            .lock()
            .unwrap()
            .entry((task.execution.to_string(), task.function.clone()))
            .or_default() += 1;
        let sleep = self.simulation.clock().sleep(Duration::from_millis(10));
        match task.payload.get("ask").and_then(Value::as_str) {
            Some("panic") => panic!("the worker was told to"),
            Some("fail") => {
                Box::pin(async { Err(TaskFailure { error: "Saga.Rejected".into(), cause: "no".into() }) })
            }
            Some("hang") => Box::pin(std::future::pending()),
            Some("verbose") => Box::pin(async {
                Err(TaskFailure { error: "Saga.Unknown".into(), cause: "x".repeat(MAX_DATA_BYTES) })
            }),
            Some("large") => Box::pin(async move {
                sleep.await;
                Ok(json!("x".repeat(6_000_000)))
            }),
            _ => Box::pin(async move {
                sleep.await;
                Ok(json!({"did": task.function}))
            }),
        }
    }

    /// Knows one service, `states`, whose jobs take ten seconds, and counts what was begun and what was abandoned.
    fn call(&self, mut call: ServiceCall) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let world = self.clone();
        let count = move |what: &str| {
            let key = (call.execution_arn.rsplit(':').next().unwrap().to_owned(), what.to_owned());
            *world.calls.lock().unwrap().entry(key).or_default() += 1;
        };
        if &*call.service != "states" {
            return Box::pin(async { Err(TaskFailure { error: "No.Service".into(), cause: String::new() }) });
        }
        let clock = self.simulation.clock().clone();
        count("called");
        Box::pin(async move {
            if call.pattern != Pattern::Sync {
                return Ok(json!({"sent": call.seed != 0}));
            }
            call.submission.report(json!({"job": 1})).await;
            tokio::select! {
                () = clock.sleep(Duration::from_secs(10)) => Ok(json!({"job": "done"})),
                () = call.abandoned.wait() => {
                    count("abandoned");
                    Ok(json!(null))
                }
            }
        })
    }

    fn has_activity(&self, arn: &str) -> bool {
        !arn.ends_with(":deleted")
    }
}

pub(crate) fn task(function: &str, next: Option<&str>) -> Value {
    let mut state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "ResultPath": null,
        "TimeoutSeconds": 60,
    });
    match next {
        Some(next) => state["Next"] = json!(next),
        None => state["End"] = json!(true),
    }
    state
}

pub(crate) fn steps() -> String {
    let states = json!({"a": task("a", Some("b")), "b": task("b", Some("c")), "c": task("c", None)});
    json!({"StartAt": "a", "States": states}).to_string()
}

fn wait() -> String {
    let states = json!({
        "sleep": {"Type": "Wait", "Seconds": 86_400, "Next": "a"},
        "a": task("a", None),
    });
    json!({"StartAt": "sleep", "States": states}).to_string()
}
