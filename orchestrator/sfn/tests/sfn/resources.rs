//! Activities and tags.

use serde_json::json;

use crate::server::{MACHINE, Server, pass};

const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:a";

#[tokio::test]
async fn an_activity_is_created_once_and_can_have_tags() {
    let (server, _dir) = Server::start().await;
    let created = server.call("CreateActivity", json!({"name": "a", "tags": [{"key": "k"}]})).await;
    assert_eq!(created["activityArn"], ACTIVITY);
    assert_eq!(server.call("CreateActivity", json!({"name": "a"})).await, created);
    let tags = server.call("ListTagsForResource", json!({ "resourceArn": ACTIVITY })).await;
    assert_eq!(tags, json!({"tags": [{"key": "k", "value": ""}]}));
    let list = server.call("ListActivities", json!({})).await;
    assert_eq!(list["activities"][0]["name"], "a");
    server.call("DeleteActivity", json!({ "activityArn": ACTIVITY })).await;
    let refused = server.refused("GetActivityTask", json!({ "activityArn": ACTIVITY })).await;
    let message = format!("Activity Does Not Exist: '{ACTIVITY}'");
    assert_eq!(refused, ("ActivityDoesNotExist".to_owned(), message));
}

#[tokio::test]
async fn tags_are_added_changed_and_taken_and_fifty_is_the_most() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    let tag = |tags| json!({"resourceArn": MACHINE, "tags": tags});
    server.call("TagResource", tag(json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]))).await;
    server.call("TagResource", tag(json!([{"key": "a", "value": "3"}]))).await;
    server.call("UntagResource", json!({"resourceArn": MACHINE, "tagKeys": ["b", "c"]})).await;
    let many: Vec<_> = (0..50).map(|n| json!({"key": n.to_string(), "value": ""})).collect();
    assert_eq!(server.refused("TagResource", tag(json!(many))).await.0, "TooManyTags");
    let tags = server.call("ListTagsForResource", json!({ "resourceArn": MACHINE })).await;
    assert_eq!(tags, json!({"tags": [{"key": "a", "value": "3"}]}));
    let version = format!("{MACHINE}:1");
    let refused = server.refused("ListTagsForResource", json!({ "resourceArn": version })).await;
    assert_eq!(refused, ("ResourceNotFound".to_owned(), format!("Resource not found: '{version}'")));
}
