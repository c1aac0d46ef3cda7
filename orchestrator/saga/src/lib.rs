//! What a saga is: steps with their compensations, the policy of each, and the state machines made of them.
//!
//! A saga is written once, in Rust; [`SagaDefinition`] turns it into the two Step Functions machines that are
//! committed under `state-machines/`. Nothing here runs a step: that is the harness's part.

mod backoff;
mod context;
mod definition;
mod error;
mod machine;
mod op;
mod policy;
mod step;

pub use backoff::Backoff;
pub use context::{Recorder, StepCtx, StepCtxParts};
pub use definition::{SagaDefinition, SagaDefinitionBuilder, StepDefinition};
pub use error::{Effect, StepError, TaskError, TaskErrorKind};
pub use op::{Op, TaskPayload};
pub use policy::{Requirement, StepPolicy};
pub use step::{Compensated, SagaStep};
