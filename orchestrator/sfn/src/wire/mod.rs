//! The API over HTTP: AWS JSON 1.0.

mod access;
mod answer;
mod bind;
mod body;
mod forward;
mod server;
mod signature;

pub use access::Access;
pub use bind::{Bind, BindError};
pub use server::serve;
pub use signature::SigningKey;
