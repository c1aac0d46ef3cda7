//! What a function is handed, and how its process is used again.

use std::time::Duration;

use amends_engine::driver::{TaskWorker, WorkerTask};
use amends_lambda::{Functions, Pool, PoolOptions};
use serde_json::json;

use crate::functions::{gone, handler, is_alive, pool, pool_of};

#[tokio::test]
async fn a_process_serves_one_invocation_after_the_other() {
    let pool = pool(handler("handlers.echo"));
    let first = pool.invoke("f:live", &json!({"n": 1.5})).await.unwrap();
    assert_eq!(first["event"], json!({"n": 1.5}));
    assert_eq!(
        (&first["name"], &first["version"], &first["memory"]),
        (&json!("f"), &json!("$LATEST"), &json!("128"))
    );
    assert_eq!(first["arn"], "arn:aws:lambda:us-east-1:111111111111:function:f:live");
    let remaining = first["remaining"].as_u64().unwrap();
    assert!((10_000..=20_000).contains(&remaining), "{remaining} ms of 20 s");
    let second = pool.invoke("arn:aws:lambda:us-east-1:111111111111:function:f", &json!(null)).await.unwrap();
    assert_eq!((&second["event"], &second["process"]), (&json!(null), &first["process"]));
    assert_ne!(second["request"], first["request"]);
    assert_eq!(pool.processes(), 1);
}

#[tokio::test]
async fn the_engine_invokes_functions_through_it() {
    let pool = pool(handler("handlers.echo"));
    let task = WorkerTask { execution: "e".into(), function: "f".to_owned(), payload: json!([1]) };
    assert_eq!(TaskWorker::invoke(&pool, task).await.unwrap()["event"], json!([1]));
}

#[tokio::test]
async fn a_process_that_ended_while_it_waited_is_replaced() {
    let pool = pool(handler("handlers.echo"));
    let first = pool.invoke("f", &json!(1)).await.unwrap();
    let process = first["process"].to_string();
    assert!(std::process::Command::new("kill").args(["-9", &process]).status().unwrap().success());
    gone(&first["process"]).await;
    let second = pool.invoke("f", &json!(2)).await.unwrap();
    assert_ne!(second["process"], first["process"]);
    assert_eq!(pool.processes(), 1);
}

#[tokio::test]
async fn processes_end_when_nobody_needs_them() {
    let options = PoolOptions { idle: Duration::from_millis(200), ..PoolOptions::default() };
    let pool = pool_of([("f", handler("handlers.echo"))], options);
    let answer = pool.invoke("f", &json!(1)).await.unwrap();
    gone(&answer["process"]).await;
    assert_eq!(pool.processes(), 0);
    assert_ne!(pool.invoke("f", &json!(1)).await.unwrap()["process"], answer["process"]);
}

#[tokio::test]
async fn processes_end_with_the_pool() {
    let pool = pool(handler("handlers.echo"));
    let answer = pool.invoke("f", &json!(1)).await.unwrap();
    assert!(is_alive(&answer["process"]));
    drop(pool);
    gone(&answer["process"]).await;
}

#[tokio::test]
async fn a_pool_that_is_shut_down_ends_those_that_work_too_and_starts_none() {
    let pool = pool_of([("f", handler("handlers.sleeps"))], PoolOptions::default());
    let process = pool.invoke("f", &json!({"seconds": 0})).await.unwrap();
    let working = pool.clone();
    let working = tokio::spawn(async move { working.invoke("f", &json!({"seconds": 600})).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    pool.shutdown();
    assert_eq!(working.await.unwrap().unwrap_err().error, "Runtime.ExitError");
    gone(&process).await;
    assert!(pool.invoke("f", &json!({"seconds": 0})).await.is_err());
    assert_eq!(pool.processes(), 0);
}

#[tokio::test]
async fn a_function_has_only_the_variables_that_it_is_given() {
    let mut function = handler("handlers.environment");
    function.environment.insert("TABLE".to_owned(), "orders".to_owned());
    let own = pool(function.clone()).invoke("f", &json!(1)).await.unwrap();
    assert_eq!((&own["TABLE"], &own["AWS_REGION"]), (&json!("orders"), &json!("us-east-1")));
    assert_eq!((&own["_HANDLER"], &own["AWS_LAMBDA_FUNCTION_NAME"]), (&json!("f"), &json!("f")));
    assert!(own.get("CARGO_MANIFEST_DIR").is_none());
    function.inherit.push("CARGO_MANIFEST_DIR".to_owned());
    function.handler = Some("charge".to_owned());
    let inherited = pool(function).invoke("f", &json!(1)).await.unwrap();
    assert_eq!(inherited["CARGO_MANIFEST_DIR"], env!("CARGO_MANIFEST_DIR"));
    assert_eq!(inherited["_HANDLER"], "charge");
}

#[tokio::test]
async fn functions_are_read_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let answers = "#!/bin/sh\nexec \"$PYTHON\" -m awslambdaric handlers.echo\n";
    std::fs::write(dir.path().join("bootstrap"), answers).unwrap();
    let handlers = include_str!("functions/handlers.py");
    std::fs::write(dir.path().join("handlers.py"), handlers).unwrap();
    let python = handler("").command.remove(0);
    let functions =
        json!({"f": {"command": ["sh", "./bootstrap"], "timeout": 20, "environment": {"PYTHON": python}}});
    let file = dir.path().join("functions.json");
    std::fs::write(&file, functions.to_string()).unwrap();
    let pool = Pool::new(Functions::read(&file).unwrap(), PoolOptions::default());
    assert_eq!(pool.invoke("f", &json!("x")).await.unwrap()["event"], "x");
}
