//! Time for tests: it passes only when somebody sleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use amends_types::{BoxFuture, Clock, Timestamp};

/// A clock whose sleeps end at once, and move it.
#[derive(Debug, Clone)]
pub(crate) struct VirtualClock {
    micros: Arc<AtomicI64>,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self { micros: Arc::new(AtomicI64::new(1_700_000_000_000_000)) }
    }

    pub(crate) fn advance(&self, duration: Duration) {
        let micros = i64::try_from(duration.as_micros()).expect("a short time");
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed).unsigned_abs())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move { clock.advance(duration) })
    }
}
