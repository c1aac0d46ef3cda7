//! A state machine in our engine that sends messages to a queue of an emulator.

use amends_aws::{AwsSettings, AwsStepFunctions, Sqs};
use aws_sdk_sqs::Client;
use serde_json::{Value, json};

use crate::engine::{self, Sends};
use crate::moto::Moto;

const ROLE: &str = "arn:aws:iam::111111111111:role/sfn";

struct World {
    functions: AwsStepFunctions,
    queues: Client,
    _moto: Moto,
    _dir: tempfile::TempDir,
}

async fn world() -> World {
    let moto = Moto::start().await;
    let queues = Client::new(&moto.settings().load().await);
    let sqs = Sqs::connect(&moto.settings()).await;
    let (settings, dir): (AwsSettings, _) = engine::start(Sends(Some(sqs))).await;
    let functions = AwsStepFunctions::connect(&settings, "111111111111", "us-east-1").await;
    World { functions, queues, _moto: moto, _dir: dir }
}

impl World {
    /// How an execution of one task ended: its status, and its output or its error and cause.
    async fn run(&self, state: Value) -> (String, String) {
        let definition = json!({"StartAt": "a", "States": {"a": state}}).to_string();
        let client = self.functions.client();
        let create = client.create_state_machine().name("sends").definition(definition).role_arn(ROLE);
        let arn = create.send().await.unwrap().state_machine_arn;
        let started = client.start_execution().state_machine_arn(&arn).send().await.unwrap();
        loop {
            let there =
                client.describe_execution().execution_arn(&started.execution_arn).send().await.unwrap();
            if there.status.as_str() != "RUNNING" {
                let (error, cause) = (there.error.unwrap_or_default(), there.cause.unwrap_or_default());
                let text = there.output.unwrap_or_else(|| format!("{error}: {cause}"));
                return (there.status.as_str().to_owned(), text);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    async fn queue(&self) -> String {
        self.queues.create_queue().queue_name("q").send().await.unwrap().queue_url.unwrap()
    }

    async fn receive(&self, queue: &str) -> aws_sdk_sqs::types::Message {
        let receive = self.queues.receive_message().queue_url(queue).message_attribute_names("All");
        receive.wait_time_seconds(5).send().await.unwrap().messages.unwrap().remove(0)
    }
}

fn sends(parameters: &Value) -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, "End": true})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_sends_a_message_and_its_result_says_which() {
    let world = world().await;
    let queue = world.queue().await;
    let attributes = json!({"kind": {"DataType": "String", "StringValue": "order"}});
    let parameters = json!({"QueueUrl": queue, "MessageBody": {"order": 7}, "MessageAttributes": attributes});
    let (status, output) = world.run(sends(&parameters)).await;
    assert_eq!(status, "SUCCEEDED", "{output}");
    let output: Value = serde_json::from_str(&output).unwrap();
    let message = world.receive(&queue).await;
    assert_eq!(message.body.as_deref(), Some(r#"{"order":7}"#));
    assert_eq!(message.message_attributes.unwrap()["kind"].string_value.as_deref(), Some("order"));
    assert_eq!(output["MessageId"].as_str(), message.message_id.as_deref());
    assert_eq!(output["SdkHttpMetadata"]["HttpStatusCode"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_token_is_answered_by_whoever_receives_it() {
    let world = world().await;
    let queue = world.queue().await;
    let state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": true,
    });
    let answer = async {
        let body: Value = serde_json::from_str(&world.receive(&queue).await.body.unwrap()).unwrap();
        let send = world.functions.client().send_task_success().task_token(body["token"].as_str().unwrap());
        send.output(r#"{"paid":true}"#).send().await.unwrap();
    };
    let (ended, ()) = tokio::join!(world.run(state), answer);
    assert_eq!(ended, ("SUCCEEDED".to_owned(), r#"{"paid":true}"#.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_the_names_that_step_functions_gives_them() {
    let world = world().await;
    let queue = world.queue().await;
    let (_, failed) = world.run(sends(&json!({"QueueUrl": queue, "MessageBody": null}))).await;
    let expected = "SQS.AmazonSQSException: The request must contain the parameter MessageBody. (Service: AmazonSQS; \
                    Status Code: 400; Error Code: MissingParameter; ";
    assert!(failed.starts_with(expected), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_there_is_said_to_be_so() {
    let world = world().await;
    let queue = format!("{}-not", world.queue().await);
    let (status, failed) = world.run(sends(&json!({"QueueUrl": queue, "MessageBody": "x"}))).await;
    assert_eq!(status, "FAILED");
    assert!(failed.starts_with("SQS.QueueDoesNotExistException: "), "{failed}");
}
