//! What the coordinator relies on, of the SDK's client: the same against our engine and against the emulator.

use std::time::Duration;

use amends_aws::{AwsSettings, AwsStepFunctions};
use amends_coordinator::{Execution, ExecutionStatus, Started, StepFunctions, StepFunctionsError};
use serde_json::json;

use crate::engine::{self, Sends};
use crate::moto::Moto;

fn run(machine: &str, name: &str) -> Execution {
    Execution { machine: machine.to_owned(), run: name.parse().unwrap() }
}

async fn connect(settings: &AwsSettings, account: &str) -> AwsStepFunctions {
    let functions = AwsStepFunctions::connect(settings, account, "us-east-1").await;
    let machines = [
        ("waits", json!({"Type": "Wait", "Seconds": 3_600, "End": true})),
        ("ends", json!({"Type": "Pass", "End": true})),
    ];
    for (name, state) in machines {
        let definition = json!({"StartAt": "a", "States": {"a": state}}).to_string();
        let role = "arn:aws:iam::111111111111:role/sfn";
        let create = functions.client().create_state_machine().name(name).definition(definition);
        create.role_arn(role).send().await.unwrap();
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
