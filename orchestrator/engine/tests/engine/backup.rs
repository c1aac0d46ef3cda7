//! Copies of the files of an engine that is at work, and engines that are opened on them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use amends_engine::driver::{Engine, EngineOptions, Limits, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::{
    DirectoryId, FileStorage, Inspection, JournalError, ListFilter, SqliteArchive, Status,
};
use amends_types::BoxFuture;
use serde_json::{Value, json};

use crate::world::{DIRECTORY, steps};

/// Answers at once, or, to every eighth task, never.
struct Uneven {
    asked: AtomicUsize,
    hangs: bool,
}

impl TaskWorker for Uneven {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let hangs = self.hangs && self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(8);
        Box::pin(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            Ok(json!({ "did": task.function }))
        })
    }
}

fn open(dir: &Path, hangs: bool) -> Engine {
    // Segments are closed, carried forward and removed all the time.
    let limits = Limits {
        segment_bytes: 32 * 1024,
        segments: 3,
        shutdown: Duration::from_millis(50),
        ..Limits::default()
    };
    let worker = Arc::new(Uneven { asked: AtomicUsize::new(0), hangs });
    let engine =
        Engine::open(dir, EngineOptions { limits, ..EngineOptions::new(DIRECTORY, worker) }).unwrap();
    engine.register_machine("steps", &steps()).unwrap();
    engine
}

fn finished(dir: &Path, directory: DirectoryId) -> usize {
    let storage = Arc::new(FileStorage::inspect(&dir.join("journal")));
    let archive = Arc::new(SqliteArchive::inspect(&dir.join("archive.db"), directory).unwrap());
    let inspection = Inspection::new(storage, Some(archive), directory);
    let filter = ListFilter { limit: 100_000, ..ListFilter::default() };
    let finished = inspection.finished(&filter).unwrap();
    assert!(finished.iter().all(|execution| execution.status == Status::Succeeded));
    finished.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_an_engine_at_work_goes_on_with_everything_that_was_started_before() {
    const BACKUPS: usize = 12;
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&dir.path().join("data"), true);
    let started = Arc::new(AtomicUsize::new(0));
    let starting = tokio::spawn({
        let (engine, started) = (engine.clone(), started.clone());
        async move {
            loop {
                let number = started.load(Ordering::SeqCst);
                engine.start("steps", &format!("s-{number}"), json!({})).await.unwrap();
                started.store(number + 1, Ordering::SeqCst);
            }
        }
    });
    let mut backups = Vec::new();
    for number in 0..BACKUPS {
        tokio::time::sleep(Duration::from_millis(60)).await;
        let into = dir.path().join(format!("backup-{number}"));
        let before = started.load(Ordering::SeqCst);
        let (from, to) = (dir.path().join("data"), into.clone());
        let made = tokio::task::spawn_blocking(move || Engine::back_up(&from, DIRECTORY, &to));
        backups.push((into, before, made.await.unwrap().unwrap().open));
    }
    starting.abort();
    engine.shutdown().await;
    assert!(started.load(Ordering::SeqCst) > 200, "there was load");
    for (backup, before, still_open) in backups {
        let done = finished(&backup, DIRECTORY);
        assert!(done + still_open >= before, "{done} finished and {still_open} open of {before}");
        let engine = open(&backup, false);
        for number in 0..before {
            let name = format!("s-{number}");
            let end = tokio::time::timeout(Duration::from_secs(20), engine.wait_end("steps", &name));
            let end = end.await.expect("it ends").unwrap();
            assert_eq!(end.unwrap().status, Status::Succeeded, "{name} of {}", backup.display());
        }
        engine.shutdown().await;
        assert!(finished(&backup, DIRECTORY) >= before);
    }
}

#[tokio::test]
async fn what_is_finished_becomes_the_past_of_a_copy_and_what_is_open_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&dir.path().join("data"), true);
    for number in 0..40 {
        engine.start("steps", &format!("s-{number}"), json!({})).await.unwrap();
    }
    let all = async || finished(&dir.path().join("data"), DIRECTORY);
    while all().await < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    engine.shutdown().await;
    let done = all().await;
    let (other, into) = (DirectoryId([9; 16]), dir.path().join("copy"));
    Engine::copy_finished(&dir.path().join("data"), &into, other).unwrap();
    assert_eq!(finished(&into, other), done);
    let worker = Arc::new(Uneven { asked: AtomicUsize::new(0), hangs: false });
    let copy = Engine::open(&into, EngineOptions::new(other, worker)).unwrap();
    copy.register_machine("steps", &steps()).unwrap();
    // Nothing of the original goes on, and new ones get their own place.
    copy.start("steps", "new", json!({})).await.unwrap();
    copy.wait_end("steps", "new").await.unwrap().unwrap();
    copy.shutdown().await;
    assert_eq!(finished(&into, other), done + 1);
}

#[tokio::test]
async fn a_directory_without_an_engine_has_an_empty_backup_and_one_of_another_id_none() {
    let dir = tempfile::tempdir().unwrap();
    let made = Engine::back_up(&dir.path().join("none"), DIRECTORY, &dir.path().join("backup")).unwrap();
    assert_eq!(made.open, 0);
    let engine = open(&dir.path().join("data"), false);
    engine.start("steps", "s", json!({})).await.unwrap();
    engine.shutdown().await;
    let other = Engine::back_up(&dir.path().join("data"), DirectoryId([9; 16]), &dir.path().join("other"));
    assert!(
        matches!(other, Err(JournalError::OtherDirectory { .. } | JournalError::Archive(_))),
        "{other:?}"
    );
}

#[tokio::test]
async fn a_damaged_journal_has_no_backup() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(&dir.path().join("data"), true);
    for number in 0..30 {
        engine.start("steps", &format!("s-{number}"), json!({})).await.unwrap();
    }
    engine.shutdown().await;
    let journal = dir.path().join("data/journal");
    let mut logs: Vec<_> = std::fs::read_dir(&journal).unwrap().map(|entry| entry.unwrap().path()).collect();
    logs.retain(|path| path.extension().is_some_and(|ending| ending == "log"));
    logs.sort();
    let mut bytes = std::fs::read(&logs[0]).unwrap();
    bytes[300] ^= 1;
    std::fs::write(&logs[0], bytes).unwrap();
    let made = Engine::back_up(&dir.path().join("data"), DIRECTORY, &dir.path().join("backup"));
    assert!(matches!(made, Err(JournalError::Damaged { .. })), "{made:?}");
}
