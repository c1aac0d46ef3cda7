//! What goes wrong in a function, by Lambda's names.

use std::time::Instant;

use amends_lambda::Function;
use serde_json::json;

use crate::functions::{failure, gone, handler, pool, pool_of, program};

#[tokio::test]
async fn a_functions_error_is_the_tasks() {
    let (error, message) = failure(&pool(handler("handlers.fails")), json!(1)).await;
    assert_eq!((error.as_str(), message.as_str()), ("Rejected", "no money"));
}

#[tokio::test]
async fn a_process_that_ends_fails_its_invocation_only() {
    let functions = [("f", handler("handlers.exits")), ("g", handler("handlers.echo"))];
    let pool = pool_of(functions, amends_lambda::PoolOptions::default());
    let (error, message) = failure(&pool, json!({"status": 3})).await;
    assert_eq!(error, "Runtime.ExitError");
    assert!(message.ends_with(" Error: Runtime exited with error: exit status 3"), "{message}");
    let (_, message) = failure(&pool, json!({"status": 0})).await;
    assert!(message.ends_with(" Error: Runtime exited without providing a reason"), "{message}");
    assert_eq!(pool.processes(), 0);
    pool.invoke("g", &json!(1)).await.unwrap();
}

#[tokio::test]
async fn a_signal_is_named() {
    let (error, message) = failure(&pool(handler("handlers.kills_itself")), json!(1)).await;
    assert_eq!(error, "Runtime.ExitError");
    assert!(message.ends_with(" Error: Runtime exited with error: signal: killed"), "{message}");
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_killed() {
    let mut function = handler("handlers.sleeps");
    function.timeout = 1;
    let pool = pool(function);
    let process = pool.invoke("f", &json!({"seconds": 0})).await.unwrap();
    let (error, message) = failure(&pool, json!({"seconds": 600})).await;
    assert_eq!(error, "Sandbox.Timedout");
    assert!(message.ends_with(" Error: Task timed out after 1.00 seconds"), "{message}");
    gone(&process).await;
    let next = pool.invoke("f", &json!({"seconds": 0})).await.unwrap();
    assert_ne!(next, process);
}

#[tokio::test]
async fn what_a_program_starts_is_killed_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let child = dir.path().join("child");
    let script = format!("sleep 600 & echo $! > {}; wait", child.display());
    let mut function = program(&["sh", "-c", &script]);
    function.timeout = 1;
    let began = Instant::now();
    let (error, _) = failure(&pool(function), json!(1)).await;
    assert_eq!(error, "Sandbox.Timedout", "it never asked for an invocation");
    assert!(
        began.elapsed().as_secs() >= 11,
        "ten seconds at first, and then as long as an invocation may take"
    );
    let child: serde_json::Value = std::fs::read_to_string(child).unwrap().trim().parse().unwrap();
    gone(&child).await;
}

#[tokio::test]
async fn what_a_program_started_ends_when_it_ends_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let child = dir.path().join("child");
    let script = format!("sleep 600 & echo $! > {}; exit 1", child.display());
    let (error, _) = failure(&pool(program(&["sh", "-c", &script])), json!(1)).await;
    assert_eq!(error, "Runtime.ExitError");
    let child: serde_json::Value = std::fs::read_to_string(child).unwrap().trim().parse().unwrap();
    gone(&child).await;
}

#[tokio::test]
async fn a_function_that_cannot_begin_says_why() {
    let (error, message) = failure(&pool(handler("broken.handler")), json!(1)).await;
    assert!(error.ends_with("RuntimeError") || error == "Runtime.UserCodeError", "{error}");
    assert!(message.contains("no configuration"), "{message}");
}

#[tokio::test]
async fn a_program_that_ends_at_once_is_started_twice() {
    let dir = tempfile::tempdir().unwrap();
    let starts = dir.path().join("starts");
    let script = format!("echo x >> {}; exit 7", starts.display());
    let (error, message) = failure(&pool(program(&["sh", "-c", &script])), json!(1)).await;
    assert_eq!(error, "Runtime.ExitError");
    assert!(message.ends_with(" Error: Runtime exited with error: exit status 7"), "{message}");
    assert_eq!(std::fs::read_to_string(starts).unwrap(), "x\nx\n");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let (error, message) = failure(&pool(Function::new("/no/such/program")), json!(1)).await;
    assert_eq!(error, "Runtime.InvalidEntrypoint");
    assert!(message.contains("/no/such/program"), "{message}");
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let pool = pool(handler("handlers.answers_much"));
    let (error, message) = failure(&pool, json!(1)).await;
    assert_eq!(error, "Function.ResponseSizeTooLarge");
    assert!(message.contains("6291556 bytes"), "{message}");
    let payload = json!("x".repeat(7 * 1024 * 1024));
    let refused = pool.invoke("f", &payload).await.unwrap_err();
    assert_eq!(refused.error, "Lambda.RequestTooLargeException");
}

#[tokio::test]
async fn a_function_that_there_is_not_is_no_resource() {
    let pool = pool(handler("handlers.echo"));
    assert!(pool.has("f:live") && pool.has("arn:aws:lambda:us-east-1:111111111111:function:f"));
    assert!(!pool.has("g") && !pool.has("arn:aws:lambda:eu-west-1:111111111111:function:f"));
    let missing = pool.invoke("g:live", &json!(1)).await.unwrap_err();
    assert_eq!(missing.error, "Lambda.ResourceNotFoundException");
    let begins = "Function not found: arn:aws:lambda:us-east-1:111111111111:function:g (Service: AWSLambda; Status Code: 404;";
    assert!(missing.cause.starts_with(begins), "{}", missing.cause);
}
