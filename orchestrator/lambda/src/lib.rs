//! How Lambda functions are run: behind an Invoke endpoint.

mod answer;
mod endpoint;

pub use answer::{FunctionAnswer, InvokeError};
pub use endpoint::{Endpoint, InvalidEndpoint};
