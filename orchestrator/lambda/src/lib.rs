//! How Lambda functions are run: behind an Invoke endpoint, or as processes of our own.

mod answer;
mod endpoint;
mod pool;

pub use answer::{FunctionAnswer, InvokeError};
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use pool::{Function, Functions, FunctionsError, Pool, PoolOptions};
