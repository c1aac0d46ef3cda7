//! Fault exploration: the very state machines that are deployed, the real workers and the real engine, and everything
//! that can go wrong with them.
//!
//! One run is a function of its faults: everything happens in one thread and under virtual time, and every place where
//! something could go wrong asks what shall go wrong there ([`Schedule`]). A search makes every run with up to so many
//! faults, brings each to rest, and judges it by the invariants.

mod action;
mod actor;
mod bounds;
mod choices;
mod disk;
mod ending;
mod fault;
mod fingerprint;
mod functions;
mod journal;
mod judge;
mod life;
mod needless;
mod redrive;
mod repair;
mod rest;
mod run;
mod scenario;
mod schedule;
mod search;
mod setting;
mod setup;
mod shrink;
mod store;
pub mod story;
mod times;
mod trace;
mod wire;
mod worker;
mod world;

pub(crate) use action::STARTING;
pub use bounds::NOT_COVERED;
pub use ending::{Ending, StepEnding};
pub use fault::{Fault, FaultSet, NoSuchFault};
pub(crate) use fingerprint::age;
pub use judge::{Broken, DURABILITY, LIVENESS};
pub use scenario::{Parts, Scenario, Stage};
pub use schedule::{Injection, Schedule, ScheduleError};
pub use search::{Counterexample, Found, Progress, Search, replay};
pub use setting::Setting;
pub use setup::{InvalidMachine, MakeStore, Setup};
pub use story::Story;
#[cfg(test)]
pub(crate) use times::times_of;
pub use times::{RetrySpan, TaskTimes};
pub use trace::{Ended, Happened, Moment, ProviderCall, Trace};
pub use wire::{CallFate, Line, Wire};
pub(crate) use world::{START, World};
