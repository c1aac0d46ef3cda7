//! The order service as its clients see it: the real program, over real sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod service;

mod answers;
mod aws_cli;
mod backup;
mod classic_faults;
mod conformance;
mod engine;
mod flash_sale;
mod fuzz;
mod instances;
mod repair;
mod slow_clients;
mod tokens;
mod webhook;
