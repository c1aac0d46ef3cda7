//! Time that passes only when told.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use amends_types::{BoxFuture, Clock, Timestamp};

/// Time that passes only when told. Clones are handles to the same.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    start: Timestamp,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    /// How far the wall clock is ahead of the time that has passed.
    ahead: Duration,
    next_sleeper: u64,
    /// By the time at which they wake, then by who slept first.
    sleepers: BTreeMap<(Duration, u64), Waker>,
}

impl VirtualClock {
    /// A clock that shows this time and stands still.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, state: Arc::default() }
    }

    /// Lets time pass, and wakes whoever slept until then.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        let until = state.elapsed.saturating_add(duration);
        state.elapsed = until;
        let later = state.sleepers.split_off(&(until + Duration::from_nanos(1), 0));
        let due = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        due.into_values().for_each(Waker::wake);
    }

    /// Sets the wall clock, as an administrator would: so far ahead of the time that it should show. Whoever sleeps
    /// does not notice.
    pub fn set_ahead(&self, ahead: Duration) {
        self.state().ahead = ahead;
    }

    /// Lets time pass until the next sleeper wakes. False if nobody sleeps.
    pub fn advance_to_next_sleeper(&self) -> bool {
        let state = self.state();
        let Some((wakes_at, _)) = state.sleepers.keys().next().copied() else { return false };
        let duration = wakes_at.saturating_sub(state.elapsed);
        drop(state);
        self.advance(duration);
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let state = self.state();
        self.start.plus(state.elapsed).plus(state.ahead)
    }

    fn monotonic(&self) -> Duration {
        self.state().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.state();
        let wakes_at = state.elapsed.saturating_add(duration);
        let number = state.next_sleeper;
        state.next_sleeper += 1;
        Box::pin(Sleep { key: (wakes_at, number), clock: self.clone() })
    }
}

struct Sleep {
    key: (Duration, u64),
    clock: VirtualClock,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.elapsed >= self.key.0 {
            return Poll::Ready(());
        }
        let replaced = state.sleepers.insert(self.key, context.waker().clone());
        // A waker may hold what sleeps as well: it goes when nothing is locked.
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let waker = self.clock.state().sleepers.remove(&self.key);
        drop(waker);
    }
}
