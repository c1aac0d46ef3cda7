//! The order service over HTTP: orders in, what became of them out, and what operators need.
//!
//! [`Api`] is the routes, [`Server`] a server with limits on everything that a client can be slow or large with. Both work
//! on the coordinator's functions; whoever puts a process together says through [`Process`] what that process does with
//! an order that was placed.

mod access;
mod auth;
mod body;
mod correlation;
mod health;
mod in_flight;
mod limits;
mod metrics;
mod openapi;
mod operator;
mod orders;
mod problem;
mod process;
mod products;
mod query;
mod rate_limit;
mod routes;
mod server;
mod shared;
mod unread;
mod wake;
mod wire;

pub use auth::{Auth, AuthError, Role, Tokens, token_line};
pub use limits::Limits;
pub use metrics::Metrics;
pub use openapi::document;
pub use process::Process;
pub use routes::{Api, ApiParts};
pub use server::{Bind, BindError, Server};
pub use wake::Wakes;
