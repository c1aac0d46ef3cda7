//! A store that loses its last commit when the process is killed, and does not know it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amends_store::{Access, MemoryStore, Store, StoreError, Work};
use amends_types::{BoxFuture, Clock, DeploymentId, Timestamp};
use futures_util::FutureExt;

use crate::tweaks::Lose;

/// Remembers every commit, so that all but the last can be made again.
struct Lossy {
    clock: Arc<Stopped>,
    state: Mutex<State>,
}

struct State {
    store: MemoryStore,
    commits: Vec<(Timestamp, Work)>,
}

/// A clock that can be told what it shows.
struct Stopped {
    real: Arc<dyn Clock>,
    at: Mutex<Option<Timestamp>>,
}

/// The store, and what loses its last commit.
pub(super) fn lossy(clock: Arc<dyn Clock>) -> (Arc<dyn Store>, Lose) {
    let clock = Arc::new(Stopped { real: clock, at: Mutex::new(None) });
    let state = Mutex::new(State { store: empty(&clock), commits: Vec::new() });
    let store = Arc::new(Lossy { clock, state });
    let loses = store.clone();
    (store, Arc::new(move || loses.lose_the_last()))
}

fn empty(clock: &Arc<Stopped>) -> MemoryStore {
    MemoryStore::new(clock.clone(), DeploymentId::fixed(1))
}

impl Lossy {
    fn lose_the_last(&self) {
        let mut state = self.state();
        state.commits.pop();
        let store = empty(&self.clock);
        for (at, work) in &mut state.commits {
            self.clock.set(Some(*at));
            let again = std::mem::replace(work, Box::new(|_| Ok(())));
            let again = Arc::new(Mutex::new(again));
            *work = repeat(again.clone());
            let made = store.run(Access::Write, repeat(again)).now_or_never();
            made.expect("a store in memory answers at once")
                .expect("what was committed can be committed again");
        }
        self.clock.set(None);
        state.store = store;
    }

    fn commit(&self, work: Work) -> Result<(), StoreError> {
        let work = Arc::new(Mutex::new(work));
        let at = self.clock.now();
        let mut state = self.state();
        let before = state.store.commit_sequence();
        let made = state.store.run(Access::Write, repeat(work.clone())).now_or_never();
        made.expect("a store in memory answers at once")?;
        if state.store.commit_sequence() > before {
            state.commits.push((at, repeat(work)));
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn repeat(work: Arc<Mutex<Work>>) -> Work {
    Box::new(move |tx| {
        let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
        work(tx)
    })
}

impl Store for Lossy {
    fn deployment(&self) -> DeploymentId {
        DeploymentId::fixed(1)
    }

    // The journal cannot notice what was lost.
    fn commit_sequence(&self) -> u64 {
        0
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            match access {
                Access::Write => self.commit(work),
                Access::Read | Access::ReadLagging => {
                    let state = self.state();
                    let read = state.store.run(Access::Read, work).now_or_never();
                    read.expect("a store in memory answers at once")
                }
            }
        })
    }
}

impl Stopped {
    fn set(&self, at: Option<Timestamp>) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        let at = *self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.unwrap_or_else(|| self.real.now())
    }

    fn monotonic(&self) -> std::time::Duration {
        self.real.monotonic()
    }

    fn sleep(&self, duration: std::time::Duration) -> BoxFuture<'static, ()> {
        self.real.sleep(duration)
    }
}
