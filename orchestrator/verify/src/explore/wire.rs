//! The wire between a step and its provider: every call meets its faults here.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amends_types::{Clock, IdempotencyKey};

use crate::explore::action::Action;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::trace::{Happened, ProviderCall};
use crate::explore::world::{START, World};

/// What can go wrong with every call that may change something.
const OF_A_CALL: FaultSet = FaultSet::of(&[
    Fault::Declined,
    Fault::Unavailable,
    Fault::RequestLost,
    Fault::ReplyLost,
    Fault::ErrorAfterEffect,
    Fault::Late,
    Fault::CachedError,
    Fault::Down,
    Fault::Silent,
]);
/// What can go wrong with a lookup: it has no effect, so a lost reply is a lost request.
const OF_A_LOOKUP: FaultSet = FaultSet::of(&[Fault::Unavailable, Fault::RequestLost, Fault::Down]);

/// The wire of one run. Clones are handles to the same.
#[derive(Clone)]
pub struct Wire {
    world: Arc<World>,
    lasting: Arc<Mutex<Lasting>>,
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallFate {
    /// It is served and answered.
    #[default]
    Plain,
    /// The provider says no: proven not done, for ever.
    Declined,
    /// Proven not done, for now.
    Unavailable,
    /// Nothing is done, and nobody can know.
    RequestLost,
    /// It is done, and no reply comes.
    ReplyLost,
    /// It is done, and the answer is a 500.
    ErrorAfterEffect,
    /// Nothing is done any more, and the answer is a 500: the one that was kept for this key.
    CachedError,
    /// A part of it is done, and the answer is a 500.
    Partial,
    /// It is done as late as the provider ever is; the caller has given up by then.
    Late,
}

/// Faults that last.
#[derive(Default)]
struct Lasting {
    down: BTreeSet<&'static str>,
    silent: BTreeSet<&'static str>,
    /// Keys that are answered with the same 500 for ever.
    cached: BTreeSet<String>,
    /// What was declined for which saga: a no is final.
    declined: BTreeSet<(&'static str, String)>,
    /// What the provider refuses for everybody, and whether it does so only until somebody looks.
    refused: BTreeMap<&'static str, bool>,
    /// What it refused, and refuses no more.
    lifted: BTreeSet<&'static str>,
    /// What the next call that reaches the provider meets.
    next: CallFate,
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// What is asked: `capture`.
    pub operation: &'static str,
    /// For which saga.
    pub reference: &'a str,
    /// The key; a lookup has none.
    pub key: Option<IdempotencyKey>,
    /// For how long the provider remembers the key; for ever if none is said.
    pub key_window: Option<Duration>,
    /// Whether it has parts that may be done by themselves.
    pub has_parts: bool,
    /// The object that it is about, if it names one that was there before.
    pub object: Option<&'a str>,
    /// Whether the key alone keeps a repeat from a second effect: it has one, and names no object whose state would
    /// forbid a second.
    pub relies_on_key: bool,
}

impl Wire {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world, lasting: Arc::default() }
    }

    /// The caller is about to make a call: answers what becomes of it.
    pub async fn meet(&self, line: Line<'_>) -> CallFate {
        let lasting = self.of_earlier(line);
        let parts = FaultSet::of(if line.has_parts { &[Fault::Partial] } else { &[] });
        let offered = match (lasting, line.key) {
            (Some(_), _) => FaultSet::NONE,
            (None, Some(_)) => OF_A_CALL.and(parts),
            (None, None) => OF_A_LOOKUP,
        };
        match self.world.meet(Action::call(line.operation), offered, None).await {
            None if lasting.is_none() && self.is_refused(line.operation) => CallFate::Declined,
            None => lasting.unwrap_or_default(),
            Some(fault) => self.begins(line, fault),
        }
    }

    /// The provider says no to every such call; for ever, or until somebody looks.
    pub fn refuse(&self, operation: &'static str, until_lifted: bool) {
        self.lasting().refused.entry(operation).or_insert(until_lifted);
    }

    /// The provider can do again what it refused until somebody looked.
    pub(crate) fn lift(&self) {
        let mut lasting = self.lasting();
        let until_lifted: Vec<_> =
            lasting.refused.iter().filter(|(_, until)| **until).map(|(name, _)| *name).collect();
        for name in until_lifted {
            lasting.refused.remove(name);
            // Whoever sets it up again must not have it refused again.
            lasting.lifted.insert(name);
        }
    }

    fn is_refused(&self, operation: &str) -> bool {
        let is_refused = {
            let lasting = self.lasting();
            lasting.refused.contains_key(operation) && !lasting.lifted.contains(operation)
        };
        if is_refused && let Some(actor) = self.world.current.get() {
            let site = format!("{}/{operation}", actor.name);
            self.world.happened(Happened::Refused { site });
        }
        is_refused
    }

    /// What a fault that has just been chosen means for this call, and for later ones.
    fn begins(&self, line: Line<'_>, fault: Fault) -> CallFate {
        let mut lasting = self.lasting();
        match fault {
            Fault::Declined => {
                lasting.declined.insert((line.operation, line.reference.to_owned()));
                CallFate::Declined
            }
            Fault::Unavailable => CallFate::Unavailable,
            Fault::RequestLost => CallFate::RequestLost,
            Fault::ReplyLost => CallFate::ReplyLost,
            Fault::ErrorAfterEffect => CallFate::ErrorAfterEffect,
            Fault::Partial => CallFate::Partial,
            Fault::Late => CallFate::Late,
            Fault::Down => {
                lasting.down.insert(line.operation);
                CallFate::Unavailable
            }
            Fault::Silent => {
                lasting.silent.insert(line.operation);
                CallFate::ReplyLost
            }
            Fault::CachedError => {
                lasting.cached.extend(line.key.map(|key| key.to_string()));
                CallFate::ErrorAfterEffect
            }
            other => unreachable!("{other} is not offered at a call"),
        }
    }

    /// What becomes of every call of this kind, or with this key, since an earlier one.
    fn of_earlier(&self, line: Line<'_>) -> Option<CallFate> {
        let lasting = self.lasting();
        if lasting.down.contains(line.operation) {
            return Some(CallFate::Unavailable);
        }
        if lasting.silent.contains(line.operation) {
            return Some(CallFate::ReplyLost);
        }
        if lasting.declined.contains(&(line.operation, line.reference.to_owned())) {
            return Some(CallFate::Declined);
        }
        let key = line.key?.to_string();
        lasting.cached.contains(&key).then_some(CallFate::CachedError)
    }

    /// Puts aside what becomes of the call that is now made.
    pub(crate) fn put(&self, fate: CallFate) {
        self.lasting().next = fate;
    }

    /// Takes what was put aside.
    pub(crate) fn take(&self) -> CallFate {
        std::mem::take(&mut self.lasting().next)
    }

    /// Writes down how a call went.
    pub fn told(&self, line: Line<'_>, outcome: Result<String, String>, proven_not_done: bool) {
        self.world.happened(Happened::Called(Box::new(ProviderCall {
            operation: line.operation,
            reference: line.reference.to_owned(),
            key: line.key.map(|key| key.to_string()),
            at: START.plus(self.world.clock.monotonic()),
            key_window: line.key_window,
            object: line.object.map(ToOwned::to_owned),
            relies_on_key: line.relies_on_key,
            outcome,
            proven_not_done,
        })));
    }

    /// Tells states apart that differ in what lasts.
    pub(crate) fn fingerprint(&self) -> u64 {
        let lasting = self.lasting();
        let mut hasher = DefaultHasher::new();
        (&lasting.down, &lasting.silent, &lasting.cached, &lasting.declined, &lasting.lifted)
            .hash(&mut hasher);
        hasher.finish()
    }

    fn lasting(&self) -> MutexGuard<'_, Lasting> {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
