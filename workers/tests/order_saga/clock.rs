//! A clock that jumps: whoever sleeps is awake at once, and it is later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use amends_types::{BoxFuture, Clock, Timestamp};

/// 2023-11-14T22:13:20Z.
const START_MICROS: i64 = 1_700_000_000_000_000;

#[derive(Clone, Default)]
pub(crate) struct JumpingClock {
    milliseconds: Arc<AtomicU64>,
}

impl JumpingClock {
    pub(crate) fn jump(&self, duration: Duration) {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap();
        self.milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(START_MICROS).plus(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.milliseconds.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move { clock.jump(duration) })
    }
}
