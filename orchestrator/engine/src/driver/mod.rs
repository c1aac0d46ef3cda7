//! The engine: runs executions against workers, timers and the journal.
//!
//! One loop owns every execution. It lets things happen to them, hands what happened to the journal, and does what
//! follows (invoke a worker, answer a starter) only once that is durable. While one record is being synced, the loop
//! gathers the next. So nothing is locked, and the order of the journal is the order in which things happened.
//!
//! What is absent: retries, catches and time limits. The interpreter decides them; here are only timers.

mod activities;
mod answer;
mod backlog;
mod backup;
mod callback;
mod command;
mod core;
mod engine;
mod error;
mod execution;
mod express;
mod machine;
mod map_runs;
mod name;
mod open;
mod options;
mod parsed;
mod query;
mod redrive;
mod release;
mod replay;
mod resume;
mod run;
mod segments;
mod service;
mod start;
mod tasks;
mod timers;
mod worker;

pub use answer::{ActivityTask, ExecutionDescription, ExecutionSummary, StartAnswer, StopAnswer};
pub use engine::Engine;
pub use error::{
    CallbackError, EngineOpenError, NotRedrivable, QueryError, RedriveError, RegisterError, StartError,
    StopError,
};
pub use express::{Express, ExpressAnswer};
pub use options::{EngineOptions, Limits};
pub use parsed::ParsedMachines;
pub use replay::{Replayed, replay};
pub use service::{Abandoned, ServiceCall, Submission};
pub use worker::{TaskFailure, TaskWorker, WorkerTask};
