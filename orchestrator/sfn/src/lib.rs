//! The Step Functions API, served over the wire: what the AWS CLI and the AWS SDKs speak, answered by the engine.
//!
//! [`Service`] answers actions; [`serve`] puts it on a listener. State machines, versions, aliases, tags and activities
//! are in the [`Registry`], executions in the engine. A request passes three gates, in AWS's order: its JSON and types,
//! the constraints of its fields (all that are violated are told at once), and what the action itself asks for.

mod actions;
mod api_error;
mod arn;
mod integrations;
mod name;
mod page;
mod registry;
mod request;
mod runs;
mod service;
mod settings;
mod wire;

pub use api_error::{ApiError, ErrorCode};
pub use integrations::Integrations;
pub use registry::{Registry, RegistryError};
pub use service::{Options, Service};
pub use wire::{Access, Bind, BindError, SigningKey, serve};
