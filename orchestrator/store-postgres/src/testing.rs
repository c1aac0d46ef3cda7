//! A throwaway PostgreSQL server for tests.
//!
//! The processes of one test run share it: the first one starts it, and a watchdog ends it when no process has used it
//! for a while, also when a test was killed. Each test has a database of its own. What is stored is not synced: a
//! machine that dies is not among the cases.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod cluster;
mod database;
mod program;

pub use cluster::Cluster;
pub use database::Database;
