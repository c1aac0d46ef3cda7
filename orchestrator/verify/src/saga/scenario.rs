//! A saga of anybody's own on stub providers, as a scenario.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amends_coordinator::{SagaHome, SagaKind, begin_saga};
use amends_harness::Saga;
use amends_store::{SagaLock, Store, StoreError};
use amends_types::{BoxFuture, Clock, SagaId, Timestamp};
use serde_json::Value;

use crate::effect::BookEffect;
use crate::explore::{Parts, Scenario, Stage};
use crate::stub::{Books, Stubs};

/// Makes the saga, for a process that has just begun.
pub(super) type MakeSaga = dyn Fn(&Stubs) -> Saga + Send + Sync;

/// Sagas of one kind, begun at once.
#[derive(Clone)]
pub(super) struct StubScenario {
    pub(super) name: String,
    pub(super) saga: Arc<MakeSaga>,
    pub(super) begins: Vec<(SagaId, Value)>,
    /// Steps that may end well without their effect.
    pub(super) optional: Vec<&'static str>,
}

impl Scenario for StubScenario {
    fn name(&self) -> &str {
        &self.name
    }

    fn stage(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Box::new(StubStage { scenario: self.clone(), books: Arc::default(), clock })
    }
}

/// One run's books.
struct StubStage {
    scenario: StubScenario,
    books: Arc<Mutex<Books>>,
    clock: Arc<dyn Clock>,
}

impl StubStage {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage for StubStage {
    fn saga(&self, parts: Parts) -> Saga {
        (self.scenario.saga)(&Stubs::new(parts, self.books.clone(), self.clock.clone()))
    }

    fn begin<'a>(&'a self, store: &'a dyn Store, kind: &'a SagaKind) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            for (id, input) in self.scenario.begins.clone() {
                let kind = kind.clone();
                let begun = store.transact(move |tx| {
                    if tx.saga(&id, SagaLock::Update)?.is_none() {
                        begin_saga(tx, &kind, id.clone(), input.clone(), SagaHome::default())?;
                    }
                    Ok::<_, StoreError>(())
                });
                begun.await.map_err(|error| error.to_string())?;
            }
            Ok(())
        })
    }

    fn settle(&self, now: Timestamp) {
        self.books().settle(now);
    }

    fn effects(&self) -> Vec<(String, BookEffect)> {
        self.books().effects()
    }

    fn fingerprint(&self, now: Timestamp) -> u64 {
        self.books().fingerprint(now)
    }

    /// A step that asked a stub for an effect has it when it is done; whether any other step has one is not known here.
    fn keeps_books(&self, step: &str) -> bool {
        self.books().has_asked(step) && !self.scenario.optional.contains(&step)
    }
}
