//! A clock that a test sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use amends_types::{BoxFuture, Clock, Timestamp};

/// Stands still until it is set, and can be set back.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    /// Makes it show `now`.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        self.now().since(Timestamp::default())
    }

    /// Sets the clock forward instead of waiting.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.set(self.now().plus(duration));
        Box::pin(std::future::ready(()))
    }
}
