//! Actors: whoever does something in a run, and what becomes of them.
//!
//! An attempt at a task is a future; it is killed by not being polled any more and dropped, and it stands still by not
//! being polled for a while. So nothing of it goes on meanwhile, not even its own timers: as with a process that is
//! stopped, or a Lambda that is frozen. Everything runs in one thread, so whoever is being polled is the actor.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use amends_saga::TaskPayload;
use amends_types::BoxFuture;

/// Somebody who does something.
pub(crate) struct Actor {
    /// `charge.execute.1`; unique in a run.
    pub(crate) name: Arc<str>,
    /// What an attempt at a task was asked; none for the coordinator.
    pub(crate) task: Option<TaskPayload>,
    /// When it began, by the clock that nobody sets.
    pub(crate) began: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fate: Fate,
    /// How often it did what.
    actions: HashMap<&'static str, u32>,
}

#[derive(Default)]
enum Fate {
    #[default]
    Alive,
    /// Until this is complete.
    Frozen(BoxFuture<'static, ()>),
    Dead {
        heard: bool,
    },
}

impl Actor {
    pub(crate) fn new(name: Arc<str>, task: Option<TaskPayload>, began: Duration) -> Arc<Self> {
        Arc::new(Self { name, task, began, state: Mutex::default() })
    }

    /// For the how manieth time the actor does this, from 1.
    pub(crate) fn count(&self, action: &'static str) -> u32 {
        let mut state = self.state();
        let count = state.actions.entry(action).or_default();
        *count += 1;
        *count
    }

    /// It does nothing more; whoever waits for it hears of it or not.
    pub(crate) fn die(&self, heard: bool) {
        self.state().fate = Fate::Dead { heard };
    }

    /// It does nothing until `thaw` is complete.
    pub(crate) fn freeze(&self, thaw: BoxFuture<'static, ()>) {
        self.state().fate = Fate::Frozen(thaw);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is being polled.
#[derive(Default)]
pub(crate) struct Current(Mutex<Option<Arc<Actor>>>);

impl Current {
    pub(crate) fn get(&self) -> Option<Arc<Actor>> {
        self.lock().clone()
    }

    fn set(&self, actor: Option<Arc<Actor>>) -> Option<Arc<Actor>> {
        std::mem::replace(&mut *self.lock(), actor)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Actor>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an actor does; `None` when it died and somebody hears of it.
pub(crate) struct Acting<'a, T> {
    actor: Arc<Actor>,
    current: Arc<Current>,
    /// `None` once it is dead.
    work: Option<BoxFuture<'a, T>>,
}

impl<'a, T> Acting<'a, T> {
    pub(crate) fn new(actor: Arc<Actor>, current: Arc<Current>, work: BoxFuture<'a, T>) -> Self {
        Self { actor, current, work: Some(work) }
    }

    /// Whether it may go on now.
    fn may_act(&mut self, context: &mut Context<'_>) -> Result<(), Poll<Option<T>>> {
        let mut state = self.actor.state();
        match &mut state.fate {
            Fate::Alive => Ok(()),
            Fate::Frozen(thaw) => {
                if thaw.as_mut().poll(context).is_pending() {
                    return Err(Poll::Pending);
                }
                let thawed = std::mem::take(&mut state.fate);
                drop(state);
                drop(thawed);
                Ok(())
            }
            Fate::Dead { heard } => {
                let heard = *heard;
                drop(state);
                // Nothing of it goes on, and its destructors are not its own doing.
                drop(self.work.take());
                Err(if heard { Poll::Ready(None) } else { Poll::Pending })
            }
        }
    }

    fn is_alive(&self) -> bool {
        matches!(self.actor.state().fate, Fate::Alive)
    }
}

impl<T> Future for Acting<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            if let Err(answer) = self.may_act(context) {
                return answer;
            }
            let before = self.current.set(Some(self.actor.clone()));
            let polled = self.work.as_mut().map(|work| work.as_mut().poll(context));
            self.current.set(before);
            match polled {
                None => return Poll::Pending,
                Some(Poll::Ready(output)) => {
                    self.work = None;
                    return Poll::Ready(Some(output));
                }
                // It was frozen or killed while it acted: that must be looked at, for its waker's sake.
                Some(Poll::Pending) if !self.is_alive() => {}
                Some(Poll::Pending) => return Poll::Pending,
            }
        }
    }
}

/// Pending once: who has just been frozen or killed acts no further in this poll.
pub(crate) async fn stand_still() {
    let mut polled = false;
    std::future::poll_fn(
        |_| {
            if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
        },
    )
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use amends_engine::clock::{Simulation, VirtualClock};
    use amends_types::{Clock, Timestamp};

    use super::*;

    struct Stand {
        simulation: Simulation,
        current: Arc<Current>,
        did: Arc<AtomicU32>,
    }

    impl Stand {
        fn new() -> Self {
            let simulation = Simulation::new(VirtualClock::starting_at(Timestamp::default()));
            Self { simulation, current: Arc::default(), did: Arc::default() }
        }

        /// Does something, has `befall` happen to it, and does something more.
        fn acting(&self, befall: impl FnOnce(&Actor) + Send + 'static) -> (Arc<Actor>, Acting<'static, u32>) {
            let actor = Actor::new("somebody".into(), None, Duration::ZERO);
            let (did, itself) = (self.did.clone(), actor.clone());
            let work = async move {
                did.fetch_add(1, Ordering::Relaxed);
                befall(&itself);
                stand_still().await;
                did.fetch_add(1, Ordering::Relaxed)
            };
            (actor.clone(), Acting::new(actor, self.current.clone(), Box::pin(work)))
        }

        fn did(&self) -> u32 {
            self.did.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn who_stands_still_goes_on_when_it_thaws() {
        let stand = Stand::new();
        let thaw = stand.simulation.clock().sleep(Duration::from_secs(60));
        let (_, acting) = stand.acting(|actor| actor.freeze(thaw));
        assert_eq!(stand.simulation.run(acting), Some(Some(1)));
        assert_eq!((stand.did(), stand.simulation.clock().monotonic()), (2, Duration::from_secs(60)));
    }

    #[test]
    fn not_even_its_own_timers_go_on_while_somebody_stands_still() {
        let stand = Stand::new();
        let clock = stand.simulation.clock().clone();
        let actor = Actor::new("somebody".into(), None, Duration::ZERO);
        let (itself, thaw, timer) =
            (actor.clone(), clock.sleep(Duration::from_secs(60)), clock.sleep(Duration::from_secs(1)));
        let late = clock.clone();
        let work = async move {
            itself.freeze(thaw);
            timer.await;
            late.monotonic()
        };
        let acting = Acting::new(actor, stand.current.clone(), Box::pin(work));
        assert_eq!(stand.simulation.run(acting), Some(Some(Duration::from_secs(60))));
    }

    #[test]
    fn who_died_does_nothing_more_and_is_heard_of_or_not() {
        let stand = Stand::new();
        assert_eq!(stand.simulation.run(stand.acting(|actor| actor.die(true)).1), Some(None));
        assert_eq!(stand.did(), 1);
        assert_eq!(stand.simulation.run(stand.acting(|actor| actor.die(false)).1), None);
        assert_eq!(stand.did(), 2);
    }

    #[test]
    fn what_a_dead_actor_held_is_dropped() {
        let stand = Stand::new();
        let held = Arc::new(());
        let (actor, holds) = (Actor::new("somebody".into(), None, Duration::ZERO), held.clone());
        let itself = actor.clone();
        let work = async move {
            itself.die(false);
            stand_still().await;
            drop(holds);
        };
        stand.simulation.run(Acting::new(actor, stand.current.clone(), Box::pin(work)));
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn whoever_is_polled_is_the_actor_and_then_the_one_before() {
        let stand = Stand::new();
        let inner = Actor::new("inner".into(), None, Duration::ZERO);
        let outer = Actor::new("outer".into(), None, Duration::ZERO);
        let name = |current: &Current| current.get().map(|actor| actor.name.to_string());
        let current = stand.current.clone();
        let work = async move {
            let before = name(&current);
            let look = current.clone();
            let within = Acting::new(inner, current.clone(), Box::pin(async move { name(&look) })).await;
            (before, within.flatten(), name(&current))
        };
        let told = stand.simulation.run(Acting::new(outer, stand.current.clone(), Box::pin(work)));
        let (before, within, after) = told.flatten().unwrap();
        assert_eq!(
            [before.as_deref(), within.as_deref(), after.as_deref()],
            [Some("outer"), Some("inner"), Some("outer")]
        );
        assert!(stand.current.get().is_none());
    }
}
