//! AWS behind our own traits: Step Functions as the coordinator needs it, and SQS as tasks call it.
//!
//! The clients are the SDK's. They find credentials, regions and endpoints where every AWS program finds them, unless
//! they are told.

mod settings;
mod sqs;
mod step_functions;

pub use settings::{AccessKey, AwsSettings};
pub use sqs::Sqs;
pub use step_functions::AwsStepFunctions;
