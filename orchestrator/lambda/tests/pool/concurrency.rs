//! How many invocations there are at once, and what becomes of more.

use amends_lambda::{Pool, PoolOptions};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::functions::{handler, pool, pool_of};

/// Invokes a function that takes its time, and waits until a process of its own does that.
async fn invoke(pool: &Pool, processes: usize) -> JoinHandle<Value> {
    let invoked = pool.clone();
    let running = tokio::spawn(async move { invoked.invoke("f", &json!({"seconds": 2})).await.unwrap() });
    while pool.processes() < processes {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    running
}

#[tokio::test]
async fn invocations_at_once_have_processes_of_their_own() {
    let pool = pool(handler("handlers.sleeps"));
    let (first, second) = (invoke(&pool, 1).await, invoke(&pool, 2).await);
    assert_ne!(first.await.unwrap(), second.await.unwrap());
    pool.invoke("f", &json!({"seconds": 0})).await.unwrap();
    assert_eq!(pool.processes(), 2);
}

#[tokio::test]
async fn more_than_a_function_has_reserved_are_throttled() {
    let mut function = handler("handlers.sleeps");
    function.reserved_concurrent_executions = Some(1);
    let pool = pool(function);
    let running = invoke(&pool, 1).await;
    let throttled = pool.invoke("f", &json!({"seconds": 0})).await.unwrap_err();
    assert_eq!(throttled.error, "Lambda.TooManyRequestsException");
    let begins = "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; Request ID: ";
    assert!(throttled.cause.starts_with(begins), "{}", throttled.cause);
    running.await.unwrap();
    pool.invoke("f", &json!({"seconds": 0})).await.unwrap();
}

#[tokio::test]
async fn a_pool_has_so_many_processes_and_gives_up_idle_ones_for_others() {
    let functions = [("f", handler("handlers.sleeps")), ("g", handler("handlers.echo"))];
    let pool = pool_of(functions, PoolOptions { processes: 1, ..PoolOptions::default() });
    let running = invoke(&pool, 1).await;
    let throttled = pool.invoke("g", &json!(1)).await.unwrap_err();
    assert_eq!(throttled.error, "Lambda.TooManyRequestsException");
    running.await.unwrap();
    for _ in 0..2 {
        pool.invoke("g", &json!(1)).await.unwrap();
        pool.invoke("f", &json!({"seconds": 0})).await.unwrap();
        assert_eq!(pool.processes(), 1);
    }
}
