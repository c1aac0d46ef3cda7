//! The protocol: targets, bodies, types, tokens.

use amends_sfn::{Access, Bind, BindError};
use serde_json::json;

use crate::server::{Server, code_of, send};

#[tokio::test]
async fn each_answer_has_a_request_id_and_the_type_of_the_protocol() {
    let (server, _dir) = Server::start().await;
    let answer = send(server.request("ListStateMachines").body("{}")).await;
    assert_eq!((answer.status, answer.body), (200, json!({ "stateMachines": [] })));
    assert_eq!(answer.request_id.unwrap().len(), 36);
    let response = server.request("ListStateMachines").body("{}").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.0");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let (server, _dir) = Server::start().await;
    let unread = send(server.request("ListStateMachines").body("{")).await;
    assert_eq!((unread.status, code_of(&unread).0.as_str()), (400, "SerializationException"));
    let wrong_type = server.refused("DescribeStateMachine", json!({ "stateMachineArn": 1 })).await;
    assert_eq!(wrong_type.1, "NUMBER_VALUE can not be converted to a String");
    let unknown = server.refused("DropStateMachine", json!({})).await;
    assert_eq!(unknown.0, "UnknownOperationException");
    let aimless = send(server.client.post(&server.url).body("{}")).await;
    assert_eq!((aimless.status, code_of(&aimless).0.as_str()), (400, "UnknownOperationException"));
    let long = send(server.request("ListStateMachines").body(" ".repeat(5 * 1024 * 1024))).await;
    assert_eq!((long.status, code_of(&long).0.as_str()), (413, "RequestEntityTooLargeException"));
    let missing = server.refused("CreateStateMachine", json!({"name": "m"})).await;
    let expected = "2 validation errors detected: Value null at 'definition' failed to satisfy constraint: Member must \
                    not be null; Value null at 'roleArn' failed to satisfy constraint: Member must not be null";
    assert_eq!(missing, ("ValidationException".to_owned(), expected.to_owned()));
}

#[tokio::test]
async fn with_a_token_only_who_has_it_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start_in(dir.path(), Access::Token("a-long-enough-token".to_owned())).await;
    let without = send(server.request("ListStateMachines").body("{}")).await;
    assert_eq!(code_of(&without).0, "MissingAuthenticationTokenException");
    let wrong = send(server.request("ListStateMachines").bearer_auth("another").body("{}")).await;
    assert_eq!(code_of(&wrong).0, "UnrecognizedClientException");
    let right = send(server.request("ListStateMachines").bearer_auth("a-long-enough-token").body("{}")).await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn an_address_that_others_can_reach_needs_a_token() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(Bind::to(everywhere, Access::Loopback).await, Err(BindError::NeedsToken(_))));
    assert!(Bind::to(everywhere, Access::Token("t".to_owned())).await.is_ok());
}
