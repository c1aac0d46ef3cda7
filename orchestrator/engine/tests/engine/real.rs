//! On real files and threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amends_engine::driver::{Engine, EngineOpenError, EngineOptions};
use amends_engine::journal::{
    DirectoryId, FileStorage, Inspection, JournalError, ListFilter, SqliteArchive, Status,
};
use serde_json::json;

use crate::world::{DIRECTORY, World, steps};

/// The world's worker sleeps on the virtual clock; answers come at once if they are not `slow`.
fn options() -> EngineOptions {
    EngineOptions::new(DIRECTORY, Arc::new(AtOnce))
}

struct AtOnce;

impl amends_engine::driver::TaskWorker for AtOnce {
    fn invoke(
        &self,
        task: amends_engine::driver::WorkerTask,
    ) -> amends_types::BoxFuture<'static, Result<serde_json::Value, amends_engine::driver::TaskFailure>> {
        Box::pin(async move { Ok(json!({"did": task.function})) })
    }
}

fn open(dir: &tempfile::TempDir) -> Engine {
    let engine = Engine::open(dir.path(), options()).unwrap();
    engine.register_machine("steps", &steps()).unwrap();
    engine
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_run_and_are_found_after_a_restart_and_by_another_process() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let engine = open(&dir);
        let runs = (0..50).map(|number| {
            let engine = engine.clone();
            tokio::spawn(async move {
                let name = format!("s-{round}-{number}");
                engine.start("steps", &name, json!({})).await.unwrap();
                engine.wait_end("steps", &name).await.unwrap().unwrap().status
            })
        });
        for run in runs.collect::<Vec<_>>() {
            assert_eq!(run.await.unwrap(), Status::Succeeded);
        }
        engine.shutdown().await;
    }
    let storage = Arc::new(FileStorage::inspect(&dir.path().join("journal")));
    let archive = Arc::new(SqliteArchive::inspect(&dir.path().join("archive.db"), DIRECTORY).unwrap());
    let inspection = Inspection::new(storage, Some(archive), DIRECTORY);
    let finished = inspection.finished(&ListFilter { limit: 1_000, ..ListFilter::default() }).unwrap();
    assert_eq!(finished.len(), 150);
    let found = inspection.find("steps", "s-1-7").unwrap().unwrap();
    let replayed = amends_engine::driver::replay(&found).unwrap();
    assert_eq!((found.occurrences.len(), replayed.events.len()), (4, 17));
}

#[tokio::test]
async fn a_second_engine_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&dir);
    let second = Engine::open(dir.path(), options()).err().unwrap();
    assert!(matches!(second, EngineOpenError::Journal(JournalError::InUse { .. })), "{second}");
    engine.shutdown().await;
    open(&dir);
}

#[tokio::test]
async fn files_of_another_data_directory_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&dir);
    engine.start("steps", "s", json!({})).await.unwrap();
    drop(engine);
    let other = EngineOptions { directory_id: DirectoryId([9; 16]), ..options() };
    assert!(Engine::open(dir.path(), other).is_err());
}

#[test]
fn without_a_runtime_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Engine::open(dir.path(), options()), Err(EngineOpenError::NoRuntime)));
    drop(World::new());
}

#[tokio::test]
async fn a_panic_of_the_journals_thread_is_fatal_and_nobody_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let (reported, mut report) = tokio::sync::mpsc::unbounded_channel();
    let is_open = AtomicBool::new(false);
    let fatal_options = EngineOptions {
        watermark: Arc::new(move || {
            assert!(!is_open.swap(true, Ordering::Relaxed), "asked for a second time");
            0
        }),
        on_fatal: Arc::new(move |message| reported.send(message.to_owned()).unwrap()),
        ..options()
    };
    let engine = Engine::open(dir.path(), fatal_options).unwrap();
    engine.register_machine("steps", &steps()).unwrap();
    let start = tokio::spawn({
        let engine = engine.clone();
        async move { engine.start("steps", "s", json!({})).await }
    });
    assert_eq!(report.recv().await.unwrap(), "the journal's thread panicked");
    engine.shutdown().await;
    assert!(!start.is_finished());
}
