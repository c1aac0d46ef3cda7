//! Functions as processes: programs for Lambda that others wrote (AWS's Python runtime client), and ones that misbehave.

#![allow(clippy::unwrap_used)]

mod concurrency;
mod failures;
mod functions;
mod invocations;
mod runtime_api;
