//! The embedded engine: Amazon States Language state machines, executed durably in one process.
//!
//! [`interp`] decides what happens and does no I/O; [`journal`] makes what happened durable; [`driver`] runs
//! tasks and timers and feeds both. An execution is a fold of its journalled [`interp::Occurrence`]s: recovery and
//! history are the same fold run again.

pub mod clock;
pub mod driver;
pub mod history;
pub mod interp;
pub mod journal;
