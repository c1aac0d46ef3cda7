//! What the API answers when it refuses.
//!
//! Clients read the code from `__type`, after the `#`; they look at the namespace before it no more than at the case of
//! the key `message`.

use amends_sqlite::WriteError;
use amends_sqlite::rusqlite;
use serde_json::{Value, json};

/// The namespace of Step Functions' own errors.
const SERVICE: &str = "com.amazonaws.swf.service.v2.model";
/// The namespace of errors that the framework answers with, before the service sees the request.
const FRAMEWORK: &str = "com.amazon.coral.service";

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident),* $(,)?) => {
        /// The code of an error, as AWS names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $code,)*
        }

        impl ErrorCode {
            /// The name that clients match.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                }
            }
        }
    };
}

codes! {
    /// There is no such activity.
    ActivityDoesNotExist,
    /// The name is taken by an activity with another encryption.
    ActivityAlreadyExists,
    /// There are as many activities as there may be.
    ActivityLimitExceeded,
    /// It contradicts what is there.
    ConflictException,
    /// The name is taken by another execution.
    ExecutionAlreadyExists,
    /// There is no such execution.
    ExecutionDoesNotExist,
    /// There are as many open executions as there may be.
    ExecutionLimitExceeded,
    /// The execution cannot be redriven.
    ExecutionNotRedrivable,
    /// Something went wrong here.
    InternalFailure,
    /// The ARN is malformed, or of something else.
    InvalidArn,
    /// The definition is refused.
    InvalidDefinition,
    /// The encryption configuration is refused.
    InvalidEncryptionConfiguration,
    /// The input is not JSON.
    InvalidExecutionInput,
    /// The logging configuration is refused.
    InvalidLoggingConfiguration,
    /// The name has characters that it must not have.
    InvalidName,
    /// The output is not JSON.
    InvalidOutput,
    /// The request was not signed with the key, or not now.
    InvalidSignatureException,
    /// The token is not one of ours.
    InvalidToken,
    /// Nobody said who is asking.
    MissingAuthenticationTokenException,
    /// Something must be given and is not.
    MissingRequiredParameter,
    /// The request is longer than it may be.
    RequestEntityTooLargeException,
    /// There is no such resource.
    ResourceNotFound,
    /// The request cannot be read.
    SerializationException,
    /// There are as many as there may be.
    ServiceQuotaExceededException,
    /// The service cannot answer now.
    ServiceUnavailable,
    /// The name is taken by another state machine.
    StateMachineAlreadyExists,
    /// There is no such state machine.
    StateMachineDoesNotExist,
    /// There are as many state machines as there may be.
    StateMachineLimitExceeded,
    /// Not with this type of state machine.
    StateMachineTypeNotSupported,
    /// There is no such task.
    TaskDoesNotExist,
    /// Nobody waits for the task any more.
    TaskTimedOut,
    /// More tags than there may be.
    TooManyTags,
    /// There is no such action.
    UnknownOperationException,
    /// The token is not the one.
    UnrecognizedClientException,
    /// A field breaks a constraint.
    ValidationException,
}

/// An answer that refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct ApiError {
    /// What kind of error.
    pub code: ErrorCode,
    /// What a person should know.
    pub message: String,
}

impl ApiError {
    /// An error.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Something is wrong here. What, is for the log: the client cannot do anything about it.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a request cannot be answered");
        Self::new(ErrorCode::InternalFailure, "Internal error: it is in the log of the service.")
    }

    /// A resource with this ARN does not exist.
    pub(crate) fn not_found(arn: &str) -> Self {
        Self::new(ErrorCode::ResourceNotFound, format!("Resource not found: '{arn}'"))
    }

    /// Something that the request refers to, an alias or a version, does not exist.
    pub(crate) fn no_reference() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "Request references a resource that does not exist.")
    }

    /// There is no state machine with this ARN.
    pub(crate) fn no_machine(arn: &str) -> Self {
        let message = format!("State Machine Does Not Exist: '{arn}'");
        Self::new(ErrorCode::StateMachineDoesNotExist, message)
    }

    /// There is no execution with this ARN.
    pub(crate) fn no_execution(arn: &str) -> Self {
        Self::new(ErrorCode::ExecutionDoesNotExist, format!("Execution Does Not Exist: '{arn}'"))
    }

    /// There is no activity with this ARN.
    pub(crate) fn no_activity(arn: &str) -> Self {
        Self::new(ErrorCode::ActivityDoesNotExist, format!("Activity Does Not Exist: '{arn}'"))
    }

    /// A field breaks a rule of the action, other than a constraint of its own.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ValidationException, message)
    }

    /// Express where only Standard will do, or the other way round.
    pub(crate) fn wrong_type() -> Self {
        let message = "This operation is not supported by this type of state machine";
        Self::new(ErrorCode::StateMachineTypeNotSupported, message)
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self.code {
            ErrorCode::InternalFailure => 500,
            ErrorCode::ServiceUnavailable => 503,
            ErrorCode::RequestEntityTooLargeException => 413,
            _ => 400,
        }
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let namespace = match self.code {
            ErrorCode::SerializationException
            | ErrorCode::UnknownOperationException
            | ErrorCode::UnrecognizedClientException
            | ErrorCode::MissingAuthenticationTokenException
            | ErrorCode::InvalidSignatureException
            | ErrorCode::RequestEntityTooLargeException
            | ErrorCode::InternalFailure
            | ErrorCode::ServiceUnavailable => FRAMEWORK,
            _ => SERVICE,
        };
        json!({"__type": format!("{namespace}#{}", self.code.as_str()), "message": self.message})
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(error)
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        tracing::error!(%error, "the registry was not written");
        Self::new(ErrorCode::ServiceUnavailable, "Nothing was changed; ask again later.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_shape_that_the_sdks_read() {
        let error = ApiError::no_machine("arn");
        assert_eq!(
            error.body(),
            json!({
                "__type": "com.amazonaws.swf.service.v2.model#StateMachineDoesNotExist",
                "message": "State Machine Does Not Exist: 'arn'"
            })
        );
        assert_eq!(error.status(), 400);
    }
}
