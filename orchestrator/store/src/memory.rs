//! The store in memory: deterministic, for tests and verification.
//!
//! Transactions run one after the other under a lock, and each is ready as soon as it is asked for: nothing here
//! depends on threads, time or chance, except through the clock that is given.

mod audit_log;
mod engines;
mod ledger;
mod orders;
mod outbox;
mod products;
mod reservations;
mod sagas;
mod stubs;
mod table;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard};

use amends_types::{BoxFuture, Clock, DeploymentId, Timestamp};

use crate::{Access, Store, StoreError, Tx, Work};
use tables::Tables;

/// A store that lives as long as the process.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    deployment: DeploymentId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tables: Tables,
    commits: u64,
    last_now: Timestamp,
}

/// A transaction of the [`MemoryStore`].
struct MemoryTx<'a> {
    tables: &'a mut Tables,
    now: Timestamp,
    access: Access,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(clock: Arc<dyn Clock>, deployment: DeploymentId) -> Self {
        Self { clock, deployment, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Work that panicked was rolled back before the lock was released.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn run_now(&self, access: Access, mut work: Work) -> Result<(), StoreError> {
        let mut state = self.state();
        let now = self.clock.now().max(Timestamp::from_micros(state.last_now.as_micros() + 1));
        let outcome = {
            let mut tx = MemoryTx { tables: &mut state.tables, now, access };
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut tx)))
        };
        match outcome {
            Ok(Ok(())) => {
                if state.tables.commit() {
                    state.commits += 1;
                    state.last_now = now;
                }
                Ok(())
            }
            Ok(Err(error)) => {
                state.tables.roll_back();
                Err(error)
            }
            Err(panic) => {
                state.tables.roll_back();
                drop(state);
                std::panic::resume_unwind(panic)
            }
        }
    }
}

impl Store for MemoryStore {
    fn deployment(&self) -> DeploymentId {
        self.deployment
    }

    fn commit_sequence(&self) -> u64 {
        self.state().commits
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.run_now(access, work) })
    }
}

impl Tx for MemoryTx<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }
}

impl MemoryTx<'_> {
    fn writing(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read | Access::ReadLagging => Err(StoreError::ReadOnly),
        }
    }
}

fn refuse(what: &str, name: &str, why: &str) -> StoreError {
    StoreError::Constraint(format!("{what} {name} {why}"))
}
