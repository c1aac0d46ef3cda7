//! What is explored: a saga with its providers, set up anew for every run.

use std::sync::Arc;

use amends_coordinator::SagaKind;
use amends_harness::Saga;
use amends_store::{LedgerRow, Store};
use amends_types::{BoxFuture, Clock, Timestamp};

use crate::effect::BookEffect;
use crate::explore::setting::Setting;
use crate::explore::wire::Wire;

/// A saga, its providers and its input.
pub trait Scenario: Send + Sync {
    /// The name by which it is told apart from others: `one_order`.
    fn name(&self) -> &str;

    /// In which setting it plays.
    fn setting(&self) -> Setting {
        Setting::Alone
    }

    /// Sets it up for one run. What providers remember is kept here; it outlives our process, however often that dies.
    fn stage(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage>;
}

/// One run's providers, and what begins.
pub trait Stage: Send + Sync {
    /// The saga, for a process that has just begun.
    fn saga(&self, parts: Parts) -> Saga;

    /// Begins the sagas. Called in every life of the process, so it must do nothing where they have begun.
    fn begin<'a>(&'a self, store: &'a dyn Store, kind: &'a SagaKind) -> BoxFuture<'a, Result<(), String>>;

    /// Lets requests arrive that are still under way and due.
    fn settle(&self, now: Timestamp);

    /// Everything that the providers did, with the saga that it was done for, in order.
    fn effects(&self) -> Vec<(String, BookEffect)>;

    /// Everything about the providers that decides what they do next, for telling states apart.
    fn fingerprint(&self, now: Timestamp) -> u64;

    /// How many of the sagas are committed if nothing goes wrong that does not pass by itself.
    fn commits(&self) -> usize {
        0
    }

    /// A person undoes a step by hand, where it can be undone by hand: nobody asks a worker.
    fn undo_by_hand<'a>(&'a self, _: &'a LedgerRow) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    /// Whether every effect of this step can be seen in [`Stage::effects`] or in the store.
    fn keeps_books(&self, step: &str) -> bool;
}

/// What a saga's steps are made with, in one life of the process.
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The time of the process.
    pub clock: Arc<dyn Clock>,
    /// Every call of a provider goes through this.
    pub wire: Wire,
}
