//! One thread in which everything runs, and time passes only when nothing else can happen.
//!
//! The simulation owns its futures; a waker only knows which one it wakes. So [`Simulation::kill`] leaves nothing of
//! them behind, wherever their wakers are kept: in channels that they held each other, and in the clock.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use amends_types::BoxFuture;

use crate::clock::{Spawn, VirtualClock};

/// An executor under a virtual clock. Futures run in the order in which they became ready. Clones are handles to the
/// same.
///
/// What has been spawned and has not ended lives as long as the simulation. An engine keeps a handle among its own
/// futures, so one that has not ended keeps itself and them alive: [`Simulation::kill`] it.
#[derive(Debug, Clone)]
pub struct Simulation {
    clock: VirtualClock,
    tasks: Arc<Tasks>,
}

/// More than anything does at one instant.
const MOST_POLLS: u32 = 100_000;

impl Simulation {
    /// An executor under this clock.
    pub fn new(clock: VirtualClock) -> Self {
        Self { clock, tasks: Arc::default() }
    }

    /// The clock.
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// Runs until `future` is complete, and lets time pass whenever nothing is ready. `None` when nothing can happen
    /// any more: nobody is ready and nobody sleeps.
    ///
    /// # Panics
    /// When a hundred thousand times something was polled and no time has passed: it goes round and waits for nothing.
    pub fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        let mut polled = 0;
        loop {
            polled += 1;
            assert!(polled < MOST_POLLS, "{MOST_POLLS} times something was done, and no time has passed");
            if woken.0.swap(false, Ordering::AcqRel)
                && let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return Some(output);
            }
            let is_woken = || woken.0.load(Ordering::Acquire);
            if !self.run_one() && !is_woken() {
                if !self.clock.advance_to_next_sleeper() {
                    return None;
                }
                polled = 0;
            }
        }
    }

    /// Runs whatever is ready, without letting time pass.
    pub fn settle(&self) {
        while self.run_one() {}
    }

    /// Ends the simulated process as a power failure would: drops every future that has not ended, in the order in
    /// which they were spawned. None of them runs again, and what is spawned from now on is dropped without running.
    /// The clock goes on. To be called between runs; a future that calls it is itself dropped when it yields.
    pub fn kill(&self) {
        let killed = self.tasks.lock().kill();
        // Their destructors may wake and spawn, so nothing is locked here.
        drop(killed);
    }

    fn run_one(&self) -> bool {
        let Some((number, mut task)) = self.tasks.lock().next() else { return false };
        if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_pending() {
            let killed = self.tasks.lock().put_back(number, task);
            drop(killed);
        }
        true
    }
}

impl Spawn for Simulation {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        let refused = self.tasks.lock().spawn(future, &self.tasks);
        drop(refused);
    }
}

/// Everything that was spawned and has not ended.
#[derive(Default)]
struct Tasks(Mutex<State>);

#[derive(Default)]
struct State {
    /// By number, that is in the order of spawning. The one that is running is not here.
    waiting: BTreeMap<u64, Task>,
    next_number: u64,
    ready: VecDeque<u64>,
    is_killed: bool,
}

struct Task {
    future: BoxFuture<'static, ()>,
    waker: Waker,
}

impl Tasks {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tasks")
    }
}

/// Whatever is answered here is to be dropped when nothing is locked any more.
impl State {
    fn spawn(
        &mut self,
        future: BoxFuture<'static, ()>,
        tasks: &Arc<Tasks>,
    ) -> Option<BoxFuture<'static, ()>> {
        if self.is_killed {
            return Some(future);
        }
        let number = self.next_number;
        self.next_number += 1;
        let waker = Arc::new(TaskWaker { number, tasks: Arc::downgrade(tasks) }).into();
        self.waiting.insert(number, Task { future, waker });
        self.ready.push_back(number);
        None
    }

    /// Takes the next one that is ready. One that was woken twice may have ended meanwhile.
    fn next(&mut self) -> Option<(u64, Task)> {
        loop {
            let number = self.ready.pop_front()?;
            if let Some(task) = self.waiting.remove(&number) {
                return Some((number, task));
            }
        }
    }

    fn put_back(&mut self, number: u64, task: Task) -> Option<Task> {
        if self.is_killed {
            return Some(task);
        }
        self.waiting.insert(number, task)
    }

    fn kill(&mut self) -> BTreeMap<u64, Task> {
        self.is_killed = true;
        self.ready.clear();
        std::mem::take(&mut self.waiting)
    }
}

struct TaskWaker {
    number: u64,
    tasks: Weak<Tasks>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(tasks) = self.tasks.upgrade() else { return };
        let mut state = tasks.lock();
        if !state.is_killed {
            state.ready.push_back(self.number);
        }
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

    fn simulation() -> Simulation {
        Simulation::new(VirtualClock::starting_at(Timestamp::default()))
    }

    #[test]
    fn after_a_kill_nothing_of_what_slept_or_waited_is_left() {
        let simulation = simulation();
        let held = Arc::new(());
        let (to_first, mut first) = tokio::sync::mpsc::channel::<()>(1);
        let (to_second, mut second) = tokio::sync::mpsc::channel::<()>(1);
        let (sleep, in_sleep) = (simulation.clock().sleep(Duration::from_secs(1)), held.clone());
        simulation.spawn(Box::pin(async move {
            sleep.await;
            drop(in_sleep);
        }));
        // Each waits for the other, and holds what the other would be woken by.
        let (in_first, handle) = (held.clone(), simulation.clone());
        simulation.spawn(Box::pin(async move {
            first.recv().await;
            drop((to_second, in_first, handle));
        }));
        let in_second = held.clone();
        simulation.spawn(Box::pin(async move {
            second.recv().await;
            drop((to_first, in_second));
        }));
        simulation.settle();
        let unpolled = held.clone();
        simulation.spawn(Box::pin(async move { drop(unpolled) }));
        assert_eq!(Arc::strong_count(&held), 5);
        simulation.kill();
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(Arc::strong_count(&simulation.tasks), 1);
        assert!(!simulation.clock().advance_to_next_sleeper(), "nobody sleeps");
    }

    #[test]
    fn after_a_kill_nothing_runs_and_what_is_spawned_is_dropped_unpolled() {
        let simulation = simulation();
        let held = Arc::new(());
        simulation.spawn(Box::pin(async { panic!("it was ready, and killed") }));
        simulation.kill();
        let in_late = held.clone();
        simulation.spawn(Box::pin(async move { panic!("it was spawned after the kill: {in_late:?}") }));
        assert_eq!(Arc::strong_count(&held), 1);
        simulation.settle();
        // The clock goes on, for those who start again.
        simulation.run(simulation.clock().sleep(Duration::from_secs(1))).unwrap();
        let next = Simulation::new(simulation.clock().clone());
        let (sleep, in_next) = (next.clock().sleep(Duration::from_secs(1)), held.clone());
        next.spawn(Box::pin(async move {
            sleep.await;
            drop(in_next);
        }));
        assert_eq!(next.run(std::future::pending::<()>()), None);
        assert_eq!((Arc::strong_count(&held), next.clock().monotonic()), (1, Duration::from_secs(2)));
    }

    /// Spawns, wakes and sleeps when it is dropped.
    struct Restless {
        simulation: Simulation,
        wakes: Option<tokio::sync::oneshot::Sender<()>>,
        dropped: Arc<Mutex<Vec<u32>>>,
        number: u32,
    }

    impl Drop for Restless {
        fn drop(&mut self) {
            self.dropped.lock().unwrap().push(self.number);
            self.wakes.take().map(|wakes| wakes.send(()));
            drop(self.simulation.clock().sleep(Duration::from_secs(1)));
            if self.number < 100 {
                let (simulation, dropped) = (self.simulation.clone(), self.dropped.clone());
                let next = Self { simulation, wakes: None, dropped, number: self.number + 100 };
                self.simulation.spawn(Box::pin(async move {
                    drop(next);
                    panic!("it was spawned by a destructor during the kill");
                }));
            }
        }
    }

    #[test]
    fn destructors_may_wake_and_spawn_during_a_kill() {
        let (simulation, dropped) = (simulation(), Arc::new(Mutex::new(Vec::new())));
        for number in [1, 2] {
            let (wakes, woken) = tokio::sync::oneshot::channel();
            let (handle, sleep) = (simulation.clone(), simulation.clock().sleep(Duration::from_secs(9)));
            let restless =
                Restless { simulation: handle, wakes: Some(wakes), dropped: dropped.clone(), number };
            simulation.spawn(Box::pin(async move {
                sleep.await;
                drop(restless);
            }));
            simulation.spawn(Box::pin(async move {
                drop(woken.await);
                panic!("it was woken by a destructor during the kill");
            }));
        }
        simulation.settle();
        simulation.kill();
        simulation.settle();
        assert_eq!(*dropped.lock().unwrap(), [1, 101, 2, 102]);
        assert_eq!(Arc::strong_count(&simulation.tasks), 1);
    }

    #[test]
    fn a_future_that_kills_its_simulation_is_dropped_when_it_yields() {
        let (simulation, held) = (simulation(), Arc::new(()));
        let (handle, in_future) = (simulation.clone(), held.clone());
        simulation.spawn(Box::pin(async move {
            handle.kill();
            std::future::pending::<()>().await;
            drop(in_future);
        }));
        simulation.settle();
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    #[should_panic(expected = "no time has passed")]
    fn who_goes_round_and_waits_for_nothing_is_found_out() {
        simulation().run(std::future::poll_fn(|context: &mut Context<'_>| {
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        }));
    }
}
