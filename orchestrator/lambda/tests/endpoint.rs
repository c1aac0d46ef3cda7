//! The endpoint against a server that answers as Lambda's Invoke API does.

#![allow(clippy::unwrap_used)]

use amends_lambda::Endpoint;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

async fn invoke(Path(function): Path<String>, headers: HeaderMap, body: String) -> Response {
    assert_eq!(headers["X-Amz-Invocation-Type"], "RequestResponse");
    let request = [("x-amzn-RequestId", "r-1")];
    match function.as_str() {
        "echo" => (StatusCode::OK, request, body).into_response(),
        "fails" => {
            let error = json!({"errorMessage": "no", "errorType": "Saga.Rejected"});
            (StatusCode::OK, request, [("X-Amz-Function-Error", "Unhandled")], error.to_string())
                .into_response()
        }
        "busy" => {
            let error = json!({"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User", "message": "Rate Exceeded."});
            let code = [("x-amzn-ErrorType", "TooManyRequestsException")];
            (StatusCode::TOO_MANY_REQUESTS, request, code, error.to_string()).into_response()
        }
        _ => {
            let error = json!({"Type": "User", "Message": format!("Function not found: {function}")});
            let code = [("x-amzn-ErrorType", "ResourceNotFoundException:http://internal.amazon.com/")];
            (StatusCode::NOT_FOUND, request, code, error.to_string()).into_response()
        }
    }
}

async fn endpoint() -> Endpoint {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/2015-03-31/functions/{function}/invocations", post(invoke));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Endpoint::new(&url).unwrap()
}

async fn check(function: &str, error: &str, cause: &str) {
    let failure = endpoint().await.invoke(function, &json!({})).await.unwrap_err();
    assert_eq!((failure.error.as_str(), failure.cause.as_str()), (error, cause));
}

#[tokio::test]
async fn a_function_is_handed_the_payload_and_its_answer_is_the_result() {
    let payload: Value = json!({"a": [1, 2.5, "x"]});
    assert_eq!(endpoint().await.invoke("echo", &payload).await, Ok(payload));
}

#[tokio::test]
async fn errors_have_the_names_that_step_functions_gives_them() {
    check("fails", "Saga.Rejected", r#"{"errorMessage":"no","errorType":"Saga.Rejected"}"#).await;
    let of = |status: u16, code: &str| {
        format!(
            "(Service: AWSLambda; Status Code: {status}; Error Code: {code}; Request ID: r-1; Proxy: null)"
        )
    };
    let busy = format!("Rate Exceeded. {}", of(429, "TooManyRequestsException"));
    check("busy", "Lambda.TooManyRequestsException", &busy).await;
    let missing = format!("Function not found: x {}", of(404, "ResourceNotFoundException"));
    check("x", "Lambda.ResourceNotFoundException", &missing).await;
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_said_to_be_so() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let failure = Endpoint::new("http://127.0.0.1:1").unwrap().invoke("f", &json!({})).await.unwrap_err();
    assert_eq!(failure.error, "Lambda.SdkClientException");
    assert!(!failure.cause.contains("127.0.0.1"));
}
