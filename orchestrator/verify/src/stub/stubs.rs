//! The stubs of one run, and whatever else a saga's steps are made with.

use std::sync::{Arc, Mutex};

use amends_saga::{SagaStep, StepPolicy};
use amends_store::Store;
use amends_types::Clock;

use super::books::Owner;
use super::{Books, StubProvider};
use crate::explore::Parts;

/// What a saga is built on in a test.
pub struct Stubs {
    parts: Parts,
    books: Arc<Mutex<Books>>,
    /// The providers' clock; the workers' may be wrong.
    clock: Arc<dyn Clock>,
}

impl Stubs {
    pub(crate) fn new(parts: Parts, books: Arc<Mutex<Books>>, clock: Arc<dyn Clock>) -> Self {
        Self { parts, books, clock }
    }

    /// The provider of the step `S`. Having the effect is called by the step's name, and taking it back by that of its
    /// compensation.
    ///
    /// # Panics
    /// When the step does not wait long enough for what is late: see [`StubProvider::SETTLE`].
    pub fn provider<S: SagaStep>(&self) -> StubProvider {
        self.provider_of::<S>(S::NAME, S::COMPENSATION)
    }

    /// The provider of one of several kinds of effects of the step `S`, with a book of its own.
    ///
    /// # Panics
    /// As [`Self::provider`].
    pub fn provider_of<S: SagaStep>(&self, apply: &'static str, reverse: &'static str) -> StubProvider {
        assert_settles(S::NAME, &S::POLICY);
        StubProvider {
            owner: Owner { step: S::NAME, apply, reverse, places: None },
            books: self.books.clone(),
            clock: self.clock.clone(),
            wire: self.parts.wire.clone(),
        }
    }

    /// The store, for steps that are made with it.
    pub fn store(&self) -> Arc<dyn Store> {
        self.parts.store.clone()
    }

    /// The clock, for steps that are made with one.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.parts.clock.clone()
    }
}

/// Half of the settle time is for the worker, which may send its request late.
fn assert_settles(step: &str, policy: &StepPolicy) {
    let needed = 2 * StubProvider::SETTLE.as_secs();
    assert!(
        u64::from(policy.settle_seconds) >= needed,
        "{step} waits {} s for what is late; with this provider its settle_seconds must be at least {needed}",
        policy.settle_seconds
    );
}
