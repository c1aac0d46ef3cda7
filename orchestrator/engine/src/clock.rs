//! Clocks: the system's, and a virtual one under which a day passes in microseconds.
//!
//! [`Simulation`] runs an engine with its workers in one thread under a [`VirtualClock`]: time passes only when
//! nothing else can happen, so a run is always the same.

mod simulation;
mod virtual_clock;

use amends_types::BoxFuture;

pub use amends_types::SystemClock;
pub use simulation::Simulation;
pub use virtual_clock::VirtualClock;

/// Where futures run that nobody waits for.
pub trait Spawn: Send + Sync + 'static {
    /// Runs a future to its end.
    fn spawn(&self, future: BoxFuture<'static, ()>);
}

impl Spawn for tokio::runtime::Handle {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        drop(tokio::runtime::Handle::spawn(self, future));
    }
}
