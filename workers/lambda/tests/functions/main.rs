//! The program as Lambda runs it: started by a pool, asked for tasks.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use amends_engine::driver::TaskFailure;
use amends_lambda::{Function, Functions, Pool, PoolOptions};
use amends_store_postgres::testing::Cluster;
use serde_json::{Value, json};

/// A function of one step, with a store and books in this directory.
fn pool(step: &str, dir: &Path, without: &[&str]) -> Pool {
    pool_with(step, dir, without, &[])
}

fn pool_with(step: &str, dir: &Path, without: &[&str], further: &[(&str, &str)]) -> Pool {
    let mut function = Function::new(env!("CARGO_BIN_EXE_amends-workers-lambda"));
    function.handler = Some(step.to_owned());
    function.timeout = 20;
    for (name, file) in
        [("AMENDS_STORE", "store.db"), ("AMENDS_BOOKS", "books.db"), ("AMENDS_WORKERS", "WORKERS")]
    {
        if !without.contains(&name) {
            function.environment.insert(name.to_owned(), dir.join(file).display().to_string());
        }
    }
    let further = further.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    function.environment.extend(further);
    let mut functions = Functions::default();
    functions.add("f", function).unwrap();
    Pool::new(functions, PoolOptions::default())
}

async fn fail(pool: &Pool, task: &Value) -> (String, String) {
    let TaskFailure { error, cause } = pool.invoke("f", task).await.unwrap_err();
    let cause: Value = serde_json::from_str(&cause).unwrap();
    assert_eq!(cause["errorType"], error);
    (error, cause["errorMessage"].as_str().unwrap().to_owned())
}

fn task(step: &str, op: &str) -> Value {
    json!({"saga_id": "o-1", "run": "o-1", "step": step, "op": op, "retry": 0})
}

#[tokio::test]
async fn a_task_reaches_the_harness() {
    let dir = tempfile::tempdir().unwrap();
    // There is no such saga: nothing may be begun for it.
    let (error, _) = fail(&pool("charge", dir.path(), &[]), &task("charge", "execute")).await;
    assert_eq!(error, "Saga.Cancelled");
}

#[tokio::test]
async fn the_store_may_be_in_postgresql() {
    let (dir, database) = (tempfile::tempdir().unwrap(), Cluster::shared().database());
    let url = [("AMENDS_DATABASE_URL", database.url())];
    let pool = pool_with("charge", dir.path(), &["AMENDS_STORE"], &url);
    assert_eq!(fail(&pool, &task("charge", "execute")).await.0, "Saga.Cancelled");
}

#[tokio::test]
async fn a_function_does_the_tasks_of_its_own_step_only() {
    let dir = tempfile::tempdir().unwrap();
    let pool = pool("charge", dir.path(), &[]);
    let (error, message) = fail(&pool, &task("notify", "execute")).await;
    assert_eq!(error, "Saga.Bug");
    assert!(message.contains("charge"), "{message}");
    let (error, _) = fail(&pool, &json!({"step": "charge"})).await;
    assert_eq!(error, "Saga.Bug");
    assert_eq!(pool.processes(), 1);
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_tried_again_at_the_next_task() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let pool = pool("charge", &data, &["AMENDS_WORKERS"]);
    let (error, message) = fail(&pool, &task("charge", "execute")).await;
    assert_eq!(error, "Saga.Transient");
    assert!(message.contains("store.db"), "{message}");
    std::fs::create_dir(&data).unwrap();
    assert_eq!(fail(&pool, &task("charge", "execute")).await.0, "Saga.Cancelled");
}

#[tokio::test]
async fn without_its_settings_it_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (error, message) =
        fail(&pool("charge", dir.path(), &["AMENDS_BOOKS"]), &task("charge", "execute")).await;
    assert_eq!(error, "Runtime.ExitError");
    assert!(message.contains("exit status 2"), "{message}");
}

#[tokio::test]
async fn it_holds_a_lock_as_long_as_it_lives() {
    let dir = tempfile::tempdir().unwrap();
    let pool = pool("settle", dir.path(), &[]);
    drop(pool.invoke("f", &task("settle", "settle")).await);
    let lock = std::fs::File::open(dir.path().join("WORKERS")).unwrap();
    assert!(lock.try_lock().is_err());
    drop(pool);
    lock.lock().unwrap();
}
