//! State machines, versions and aliases.

use serde_json::json;

use crate::server::{MACHINE, ROLE, Server, pass};

#[tokio::test]
async fn a_state_machine_is_created_once_and_its_role_does_not_count() {
    let (server, _dir) = Server::start().await;
    let first = server.create(&pass(&json!(1))).await;
    assert_eq!(first["stateMachineArn"], MACHINE);
    let same =
        json!({"name": "m", "roleArn": format!("{ROLE}-2"), "definition": pass(&json!(1)).to_string()});
    assert_eq!(server.call("CreateStateMachine", same).await, first);
    let shown = server.call("DescribeStateMachine", json!({ "stateMachineArn": MACHINE })).await;
    assert_eq!((&shown["roleArn"], &shown["status"]), (&json!(ROLE), &json!("ACTIVE")));
    assert!(shown.get("revisionId").is_none());
    let other = json!({"name": "m", "roleArn": ROLE, "definition": pass(&json!(2)).to_string()});
    let refused = server.refused("CreateStateMachine", other).await;
    let message = format!("State Machine Already Exists: '{MACHINE}'");
    assert_eq!(refused, ("StateMachineAlreadyExists".to_owned(), message));
}

#[tokio::test]
async fn a_revision_is_published_once_and_no_number_is_given_twice() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    let machine = json!({ "stateMachineArn": MACHINE });
    let publish = || server.call("PublishStateMachineVersion", machine.clone());
    let first = publish().await;
    assert_eq!(first["stateMachineVersionArn"], format!("{MACHINE}:1"));
    assert_eq!(publish().await, first);
    let update =
        json!({"stateMachineArn": MACHINE, "definition": pass(&json!(2)).to_string(), "publish": true});
    let second = server.call("UpdateStateMachine", update.clone()).await;
    assert_eq!(second["stateMachineVersionArn"], format!("{MACHINE}:2"));
    let again = server.call("UpdateStateMachine", update).await;
    assert_eq!(again["revisionId"], second["revisionId"]);
    let version = json!({ "stateMachineVersionArn": format!("{MACHINE}:2") });
    server.call("DeleteStateMachineVersion", version.clone()).await;
    server.call("DeleteStateMachineVersion", version).await;
    assert_eq!(publish().await["stateMachineVersionArn"], format!("{MACHINE}:3"));
    let list = server.call("ListStateMachineVersions", machine).await;
    let list = list["stateMachineVersions"].as_array().unwrap();
    let numbers: Vec<_> = list.iter().map(|version| version["stateMachineVersionArn"].clone()).collect();
    assert_eq!(numbers, [format!("{MACHINE}:3"), format!("{MACHINE}:1")]);
}

#[tokio::test]
async fn a_version_of_another_revision_than_was_meant_is_not_published() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    let meant = |id: &str| json!({"stateMachineArn": MACHINE, "revisionId": id});
    let refused = server.refused("PublishStateMachineVersion", meant("x")).await;
    let message = "Failed to publish the State Machine version for revision x. The current State Machine revision is \
                   INITIAL.";
    assert_eq!(refused, ("ConflictException".to_owned(), message.to_owned()));
    server.call("PublishStateMachineVersion", meant("INITIAL")).await;
}

#[tokio::test]
async fn an_alias_holds_its_versions() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    let version = server.call("PublishStateMachineVersion", json!({ "stateMachineArn": MACHINE })).await;
    let arn = &version["stateMachineVersionArn"];
    let route = json!([{"stateMachineVersionArn": arn, "weight": 100}]);
    let alias = json!({"name": "LIVE", "routingConfiguration": route});
    let created = server.call("CreateStateMachineAlias", alias.clone()).await;
    assert_eq!(created["stateMachineAliasArn"], format!("{MACHINE}:LIVE"));
    assert_eq!(server.call("CreateStateMachineAlias", alias).await, created);
    let (code, message) =
        server.refused("DeleteStateMachineVersion", json!({ "stateMachineVersionArn": arn })).await;
    assert_eq!(code, "ConflictException");
    assert!(message.ends_with("[LIVE]"), "{message}");
    let other = json!([{"stateMachineVersionArn": format!("{MACHINE}:9"), "weight": 100}]);
    let refused = server
        .refused("CreateStateMachineAlias", json!({"name": "NEXT", "routingConfiguration": other}))
        .await;
    assert_eq!(refused.0, "ResourceNotFound");
    let named =
        server.refused("CreateStateMachineAlias", json!({"name": "1", "routingConfiguration": route})).await;
    assert!(named.1.contains("satisfy regular expression pattern"), "{}", named.1);
}

#[tokio::test]
async fn what_was_deleted_is_gone_with_everything_of_it() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    server.call("PublishStateMachineVersion", json!({ "stateMachineArn": MACHINE })).await;
    let tags = json!({"resourceArn": MACHINE, "tags": [{"key": "k", "value": "v"}]});
    server.call("TagResource", tags).await;
    let machine = json!({ "stateMachineArn": MACHINE });
    server.call("DeleteStateMachine", machine.clone()).await;
    server.call("DeleteStateMachine", machine.clone()).await;
    let refused = server.refused("DescribeStateMachine", machine.clone()).await;
    assert_eq!(refused.0, "StateMachineDoesNotExist");
    server.create(&pass(&json!(2))).await;
    let list = server.call("ListStateMachineVersions", machine).await;
    assert_eq!(list, json!({ "stateMachineVersions": [] }));
    let tags = server.call("ListTagsForResource", json!({ "resourceArn": MACHINE })).await;
    assert_eq!(tags, json!({ "tags": [] }));
}

#[tokio::test]
async fn a_definition_that_is_wrong_is_refused_with_its_diagnostics() {
    let (server, _dir) = Server::start().await;
    let body = json!({"name": "m", "roleArn": ROLE, "definition": r#"{"StartAt": "a"}"#});
    let (code, message) = server.refused("CreateStateMachine", body).await;
    assert_eq!(code, "InvalidDefinition");
    let expected = "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at \
                    /'";
    assert_eq!(message, expected);
    let judged = server
        .call("ValidateStateMachineDefinition", json!({"definition": r#"{"StartAt": "a"}"#, "maxResults": 1}))
        .await;
    assert_eq!((&judged["result"], &judged["truncated"]), (&json!("FAIL"), &json!(false)));
}
