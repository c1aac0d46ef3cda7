//! `sqs:sendMessage`, as Step Functions calls it for a task.

use amends_engine::driver::{ServiceCall, TaskFailure};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::RequestId;
use aws_sdk_sqs::operation::send_message::{SendMessageError, SendMessageOutput};
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::MessageAttributeValue;
use serde_json::{Map, Value, json};

use crate::AwsSettings;

/// Sends messages. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Sqs {
    client: Client,
}

impl Sqs {
    /// Sends with these settings.
    pub async fn connect(settings: &AwsSettings) -> Self {
        Self { client: Client::new(&settings.load().await) }
    }

    /// Sends the message that a task's parameters describe, and answers what the task's result has of it.
    ///
    /// # Errors
    /// [`TaskFailure`] with the name and the cause that Step Functions gives it.
    pub async fn send_message(&self, call: &ServiceCall) -> Result<Value, TaskFailure> {
        let parameters = call.parameters.as_object().ok_or_else(|| missing("QueueUrl"))?;
        let queue = text(parameters, "QueueUrl").ok_or_else(|| missing("QueueUrl"))?;
        let body = text(parameters, "MessageBody").ok_or_else(|| missing("MessageBody"))?;
        let mut send = self.client.send_message().queue_url(queue).message_body(body);
        if let Some(seconds) = parameters.get("DelaySeconds").and_then(Value::as_i64) {
            send = send.delay_seconds(i32::try_from(seconds).unwrap_or(i32::MAX));
        }
        send = send
            .set_message_group_id(text(parameters, "MessageGroupId"))
            .set_message_deduplication_id(text(parameters, "MessageDeduplicationId"));
        if let Some(attributes) = parameters.get("MessageAttributes").and_then(Value::as_object) {
            for (name, attribute) in attributes {
                send = send.message_attributes(name, read_attribute(attribute)?);
            }
        }
        match send.send().await {
            Ok(sent) => Ok(show(&sent)),
            Err(error) => Err(failure(&error)),
        }
    }
}

/// A text as it is; anything else as its JSON. Null is nothing.
fn text(parameters: &Map<String, Value>, key: &str) -> Option<String> {
    match parameters.get(key)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn read_attribute(attribute: &Value) -> Result<MessageAttributeValue, TaskFailure> {
    let text = |key: &str| attribute[key].as_str().map(str::to_owned);
    MessageAttributeValue::builder()
        .set_data_type(text("DataType"))
        .set_string_value(text("StringValue"))
        .set_binary_value(text("BinaryValue").map(Blob::new))
        .build()
        .map_err(|_| exception("InvalidParameterValue", "The message attribute must contain a DataType.", ""))
}

fn show(sent: &SendMessageOutput) -> Value {
    let request = sent.request_id().unwrap_or_default();
    let mut shown = json!({
        "MessageId": sent.message_id,
        "MD5OfMessageBody": sent.md5_of_message_body,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {"x-amzn-RequestId": [request], "Content-Type": ["application/x-amz-json-1.0"]},
            "HttpHeaders": {"x-amzn-RequestId": request, "Content-Type": "application/x-amz-json-1.0"},
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request},
    });
    let optional = [
        ("MD5OfMessageAttributes", &sent.md5_of_message_attributes),
        ("SequenceNumber", &sent.sequence_number),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            shown[key] = value.as_str().into();
        }
    }
    shown
}

fn missing(parameter: &str) -> TaskFailure {
    let message = format!("The request must contain the parameter {parameter}.");
    exception("MissingParameter", &message, "")
}

fn exception(code: &str, message: &str, request: &str) -> TaskFailure {
    let cause = format!(
        "{message} (Service: AmazonSQS; Status Code: 400; Error Code: {code}; Request ID: {request}; Proxy: null)"
    );
    TaskFailure { error: "SQS.AmazonSQSException".to_owned(), cause }
}

/// As Step Functions, which calls SQS with an older SDK, names it.
fn failure(error: &SdkError<SendMessageError>) -> TaskFailure {
    let Some(code) = error.code() else {
        let cause = "Unable to execute HTTP request to SQS".to_owned();
        return TaskFailure { error: "SQS.SdkClientException".to_owned(), cause };
    };
    let message = error.message().unwrap_or_default();
    let request = error.request_id().unwrap_or_default();
    let is_no_queue = code.ends_with("QueueDoesNotExist") || code.ends_with("NonExistentQueue");
    if is_no_queue {
        let failure = exception("AWS.SimpleQueueService.NonExistentQueue", message, request);
        return TaskFailure { error: "SQS.QueueDoesNotExistException".to_owned(), ..failure };
    }
    exception(code, message, request)
}
