//! One thread in which everything runs, and time passes only when nothing else can happen.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use amends_types::BoxFuture;

use crate::clock::{Spawn, VirtualClock};

/// An executor under a virtual clock. Futures run in the order in which they became ready.
#[derive(Debug, Clone)]
pub struct Simulation {
    clock: VirtualClock,
    ready: Arc<Ready>,
}

type Ready = Mutex<VecDeque<Arc<Task>>>;

impl Simulation {
    /// An executor under this clock.
    pub fn new(clock: VirtualClock) -> Self {
        Self { clock, ready: Arc::default() }
    }

    /// The clock.
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// Runs until `future` is complete, and lets time pass whenever nothing is ready. `None` when nothing can happen
    /// any more: nobody is ready and nobody sleeps.
    pub fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        loop {
            if woken.0.swap(false, Ordering::AcqRel)
                && let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return Some(output);
            }
            let is_woken = || woken.0.load(Ordering::Acquire);
            if !self.run_one() && !is_woken() && !self.clock.advance_to_next_sleeper() {
                return None;
            }
        }
    }

    /// Runs whatever is ready, without letting time pass.
    pub fn settle(&self) {
        while self.run_one() {}
    }

    fn run_one(&self) -> bool {
        let task = self.ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        task.map(Task::poll).is_some()
    }
}

impl Spawn for Simulation {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        let task = Task { future: Mutex::new(Some(future)), ready: self.ready.clone() };
        Arc::new(task).wake();
    }
}

struct Task {
    /// `None` once it is complete.
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    ready: Arc<Ready>,
}

impl Task {
    fn poll(self: Arc<Self>) {
        let waker = Waker::from(self.clone());
        let mut slot = self.future.lock().unwrap_or_else(PoisonError::into_inner);
        let finished = slot
            .as_mut()
            .is_none_or(|future| future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
        if finished {
            *slot = None;
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let ready = self.ready.clone();
        ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(self);
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Task")
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use amends_types::{Clock, Timestamp};

    use super::*;

    #[test]
    fn sleepers_wake_in_order_and_a_year_takes_no_time() {
        let simulation = Simulation::new(VirtualClock::starting_at(Timestamp::default()));
        let woken = Arc::new(Mutex::new(Vec::new()));
        for days in [365, 1, 30] {
            let (sleep, woken) = (simulation.clock().sleep(Duration::from_hours(24 * days)), woken.clone());
            simulation.spawn(Box::pin(async move {
                sleep.await;
                woken.lock().unwrap().push(days);
            }));
        }
        simulation.run(simulation.clock().sleep(Duration::from_hours(24 * 40))).unwrap();
        assert_eq!(*woken.lock().unwrap(), [1, 30]);
        assert_eq!(simulation.run(std::future::pending::<()>()), None);
        assert_eq!(*woken.lock().unwrap(), [1, 30, 365]);
        assert_eq!(simulation.clock().monotonic(), Duration::from_hours(24 * 365));
    }
}
