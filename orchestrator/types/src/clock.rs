//! Time as a parameter.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::Timestamp;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the time comes from: the system in production, a simulation in tests and verification.
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock time, for records that a person reads and for deadlines that survive a restart.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary origin that never goes back, for limits within this process.
    fn monotonic(&self) -> Duration;

    /// Completes once `duration` has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}
