//! A clock that stands still until a test moves it.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use amends_types::{BoxFuture, Clock, Timestamp};

/// 2023-11-14T22:13:20Z.
const START_MICROS: i64 = 1_700_000_000_000_000;

#[derive(Clone, Default)]
pub(crate) struct ManualClock {
    seconds: Arc<AtomicU64>,
}

impl ManualClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(START_MICROS).plus(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }

    // Wakes nobody: whoever moves the clock polls again.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (clock, until) = (self.clone(), self.monotonic() + duration);
        Box::pin(poll_fn(move |_| if clock.monotonic() >= until { Poll::Ready(()) } else { Poll::Pending }))
    }
}
