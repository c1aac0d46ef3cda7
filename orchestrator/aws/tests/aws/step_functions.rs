//! What the coordinator relies on, of the SDK's client: the same against our engine and against the emulator.

use std::time::Duration;

use amends_aws::{AwsSettings, AwsStepFunctions};
use amends_coordinator::{Execution, ExecutionStatus, Started, StepFunctions, StepFunctionsError};
use serde_json::json;

use crate::engine::{self, Sends};
use crate::moto::Moto;

const ROLE: &str = "arn:aws:iam::111111111111:role/sfn";

fn run(machine: &str, name: &str) -> Execution {
    Execution { machine: machine.to_owned(), run: name.parse().unwrap() }
}

/// A client, and two machines that were deployed once more as they are.
async fn connect(settings: &AwsSettings, account: &str) -> AwsStepFunctions {
    let functions = AwsStepFunctions::connect(settings, account, "us-east-1").await;
    let machines = [
        ("waits", json!({"Type": "Wait", "Seconds": 3_600, "End": true})),
        ("ends", json!({"Type": "Pass", "End": true})),
    ];
    for (name, state) in machines {
        let definition = json!({"StartAt": "a", "States": {"a": state}}).to_string();
        for _ in 0..2 {
            functions.deploy(name, &definition, ROLE).await.unwrap();
        }
    }
    functions
}

async fn check(functions: &AwsStepFunctions) {
    let (waits, ends) = (run("waits", "e-1"), run("ends", "e-2"));
    assert_eq!(functions.describe(&waits).await, Ok(None));
    assert_eq!(functions.stop(&waits, "none").await, Ok(()));
    assert_eq!(functions.wait_for_end(&waits).await, Ok(()));

    assert_eq!(functions.start(&waits, r#"{"a": 1}"#).await, Ok(Started::Running));
    assert_eq!(functions.start(&waits, r#"{"a":1}"#).await, Ok(Started::Running));
    let other = functions.start(&waits, r#"{"a": 2}"#).await;
    assert_eq!(other, Err(StepFunctionsError::OtherInput(waits.run.clone())));
    assert_eq!(functions.describe(&waits).await, Ok(Some(ExecutionStatus::Running)));
    let waiting = tokio::time::timeout(Duration::from_millis(500), functions.wait_for_end(&waits)).await;
    assert!(waiting.is_err());
    assert_eq!(functions.stop(&waits, "by a test").await, Ok(()));
    assert_eq!(functions.wait_for_end(&waits).await, Ok(()));
    assert_eq!(functions.describe(&waits).await, Ok(Some(ExecutionStatus::Ended)));
    assert_eq!(functions.stop(&waits, "again").await, Ok(()));

    assert_eq!(functions.start(&ends, "{}").await, Ok(Started::Running));
    assert_eq!(functions.wait_for_end(&ends).await, Ok(()));
    assert_eq!(functions.start(&ends, "{}").await, Ok(Started::EndedBefore));

    let unknown = functions.start(&run("unknown", "e-3"), "{}").await;
    assert_eq!(unknown, Err(StepFunctionsError::NoSuchMachine("unknown".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_engine_is_step_functions_to_the_coordinator() {
    let (settings, _dir) = engine::start(Sends(None)).await;
    check(&connect(&settings, "111111111111").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_of_our_own_is_asked_more_often_and_shared_with_nobody() {
    let (settings, _dir) = engine::start(Sends(None)).await;
    let functions = connect(&settings, "111111111111").await;
    assert!(functions.is_shared() && !functions.clone().of_our_own().is_shared());
    check(&functions.of_our_own()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deployed_again_is_as_it_was_deployed_last() {
    let (settings, _dir) = engine::start(Sends(None)).await;
    let functions = connect(&settings, "111111111111").await;
    let fails = json!({"StartAt": "a", "States": {"a": {"Type": "Fail"}}}).to_string();
    functions.deploy("ends", &fails, ROLE).await.unwrap();
    let ends = run("ends", "e-1");
    functions.start(&ends, "{}").await.unwrap();
    functions.wait_for_end(&ends).await.unwrap();
    let arn = functions.named_execution_arn("ends", "e-1");
    let shown = functions.client().describe_execution().execution_arn(arn).send().await.unwrap();
    assert_eq!(shown.status.as_str(), "FAILED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_is_none_is_refused() {
    let (settings, _dir) = engine::start(Sends(None)).await;
    let functions = AwsStepFunctions::connect(&settings, "111111111111", "us-east-1").await;
    let refused = functions.deploy("wrong", "{}", ROLE).await.unwrap_err();
    assert!(refused.to_string().contains("InvalidDefinition"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_emulator_is_too() {
    let moto = Moto::start().await;
    check(&connect(&moto.settings(), "123456789012").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_unavailable() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let settings = AwsSettings { endpoint: Some("http://127.0.0.1:1".to_owned()), ..engine::settings() };
    let functions = AwsStepFunctions::connect(&settings, "111111111111", "us-east-1").await;
    let answer = functions.describe(&run("waits", "e")).await;
    assert!(matches!(answer, Err(StepFunctionsError::Unavailable(_))));
}
