//! Lambda as Step Functions calls it: what the function is handed, and what is wrapped around its answer.

use amends_asl::Resource;
use serde_json::{Map, Value, json};

use super::occurrence::Invocation;

/// A call of a Lambda function.
#[derive(Debug, Clone, PartialEq)]
pub struct LambdaCall {
    /// The function: a name, a name and an alias, or an ARN, as the definition or its data has it.
    pub function: String,
    /// The event that the function is handed.
    pub event: Value,
}

/// The invocation is not one that a Lambda function could answer; the task must fail with this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {cause}")]
pub struct NotALambdaCall {
    /// The error name.
    pub error: String,
    /// What a person should know.
    pub cause: String,
}

impl LambdaCall {
    /// The call that an invocation asks for.
    ///
    /// - By the function's own ARN, the parameters are the event.
    /// - By `lambda:invoke`, the event is `Payload`. None, or null, is an empty object; a text is sent as it is, so
    ///   that the function reads it as JSON.
    ///
    /// # Errors
    /// [`NotALambdaCall`] for other resources, and for a call that Lambda would refuse.
    pub fn from_invocation(invocation: Invocation) -> Result<Self, NotALambdaCall> {
        let resource = Resource::parse(&invocation.resource);
        if !resource.is_some_and(|resource| resource.is_lambda_call()) {
            return Ok(Self { function: invocation.resource.to_string(), event: invocation.parameters });
        }
        let Value::Object(mut parameters) = invocation.parameters else {
            return Err(refused("States.Runtime", "the parameters of lambda:invoke must be an object"));
        };
        let function = match parameters.remove("FunctionName") {
            Some(Value::String(name)) if !name.is_empty() => name,
            _ => {
                return Err(refused(
                    "States.Runtime",
                    "The field 'FunctionName' is required but was missing",
                ));
            }
        };
        let function = match parameters.get("Qualifier").and_then(Value::as_str) {
            Some(qualifier) => format!("{function}:{qualifier}"),
            None => function,
        };
        Ok(Self { function, event: event(parameters.remove("Payload"))? })
    }
}

fn event(payload: Option<Value>) -> Result<Value, NotALambdaCall> {
    match payload {
        None | Some(Value::Null) => Ok(Value::Object(Map::new())),
        Some(Value::String(text)) => serde_json::from_str(&text).map_err(|error| {
            let cause = format!("Could not parse request body into json: {error}");
            refused("Lambda.InvalidRequestContentException", &cause)
        }),
        Some(other) => Ok(other),
    }
}

fn refused(error: &str, cause: &str) -> NotALambdaCall {
    NotALambdaCall { error: error.to_owned(), cause: cause.to_owned() }
}

/// What [`envelope`] adds to the length of an answer, with room for a log.
pub(super) const ENVELOPE_BYTES: usize = 512;

/// What `lambda:invoke` makes of the function's answer. The request id is drawn from the occurrence's chance.
pub(super) fn envelope(payload: Value, entropy: u64, with_log: bool) -> Value {
    let request = request_id(entropy);
    let mut answer = json!({
        "ExecutedVersion": "$LATEST",
        "SdkHttpMetadata": {
            "AllHttpHeaders": {
                "Content-Type": ["application/json"],
                "X-Amz-Executed-Version": ["$LATEST"],
                "x-amzn-RequestId": [&request],
            },
            "HttpHeaders": {
                "Content-Type": "application/json",
                "X-Amz-Executed-Version": "$LATEST",
                "x-amzn-RequestId": &request,
            },
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": &request},
        "StatusCode": 200,
    });
    if let Value::Object(fields) = &mut answer {
        fields.insert("Payload".to_owned(), payload);
        if with_log {
            // Workers' logs do not pass through here.
            fields.insert("LogResult".to_owned(), Value::String(String::new()));
        }
    }
    answer
}

/// What `lambda:invoke` makes of the cause that a function gave: JSON without the spaces between its parts. (By its own
/// ARN, a function's cause is passed on as it is.)
pub(super) fn compact_cause(cause: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(cause).is_err() {
        return cause.to_owned();
    }
    let mut compact = String::with_capacity(cause.len());
    let (mut in_text, mut is_escaped) = (false, false);
    for c in cause.chars() {
        if in_text || !c.is_ascii_whitespace() {
            compact.push(c);
        }
        if c == '"' && !is_escaped {
            in_text = !in_text;
        }
        is_escaped = in_text && c == '\\' && !is_escaped;
    }
    compact
}

/// In the form of a version 4 UUID.
fn request_id(entropy: u64) -> String {
    let [a, b, c, d] = [entropy >> 32, entropy >> 16 & 0xffff, entropy & 0x0fff, entropy >> 50 | 0x8000];
    format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{:012x}", entropy.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16)
}

#[cfg(test)]
mod tests {
    use super::super::occurrence::TaskId;
    use super::*;

    fn call(resource: &str, parameters: Value) -> Result<LambdaCall, NotALambdaCall> {
        LambdaCall::from_invocation(Invocation {
            task: TaskId(1),
            resource: resource.into(),
            parameters,
            secret: 0,
        })
    }

    fn check(payload: Value, event: Value) {
        let parameters = json!({"FunctionName": "f:live", "Payload": payload});
        let expected = LambdaCall { function: "f:live".to_owned(), event };
        assert_eq!(call("arn:aws:states:::lambda:invoke", parameters), Ok(expected));
    }

    #[test]
    fn the_payload_is_the_event() {
        check(json!({"a": 1}), json!({"a": 1}));
        check(json!(null), json!({}));
        check(json!("0.5"), json!(0.5));
        check(json!("\"text\""), json!("text"));
    }

    #[test]
    fn a_function_by_its_own_arn_is_handed_the_parameters() {
        let arn = "arn:aws:lambda:us-east-1:111111111111:function:f";
        let expected = LambdaCall { function: arn.to_owned(), event: json!([1]) };
        assert_eq!(call(arn, json!([1])), Ok(expected));
    }

    #[test]
    fn what_lambda_would_refuse_is_refused() {
        let invoke = "arn:aws:states:::lambda:invoke";
        assert!(call(invoke, json!({"Payload": 1})).is_err());
        assert!(call(invoke, json!(1)).is_err());
        let unreadable = call(invoke, json!({"FunctionName": "f", "Payload": "not json"})).unwrap_err();
        assert_eq!(unreadable.error, "Lambda.InvalidRequestContentException");
    }

    #[test]
    fn causes_lose_the_spaces_between_their_parts_only() {
        assert_eq!(compact_cause(r#"{"a": "b \" c", "d": [1, 2]}"#), r#"{"a":"b \" c","d":[1,2]}"#);
        assert_eq!(compact_cause("no { json at all"), "no { json at all");
    }

    #[test]
    fn the_envelope_is_no_longer_than_reckoned() {
        for entropy in [0, 1, u64::MAX] {
            let length = envelope(json!(1), entropy, true).to_string().len() - 1;
            assert!((ENVELOPE_BYTES - 64..=ENVELOPE_BYTES).contains(&length), "{length}");
        }
    }

    #[test]
    fn request_ids_have_the_form_of_uuids() {
        assert_eq!(request_id(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(request_id(u64::MAX).len(), 36);
    }
}
