//! A request arrives at the provider: its fault is chosen, keys are checked, and what it does is entered.
//!
//! All of it happens in one transaction of the books, so two calls with one key at once are one after the other.
//! Only effects are remembered under a key. An answer that changed nothing ("nothing found", a refusal) is worked
//! out anew, because the world may have changed.

use std::time::Duration;

use amends_types::{IdempotencyKey, Sha256Hex, Timestamp};

use super::{Ask, Fault, Ruling, Served};
use crate::ProviderError;
use crate::books::{BooksError, Delayed, Entry, NewEntry, Page};

/// A request at the moment that it reaches the provider.
#[derive(Debug, Clone)]
pub(super) struct Arrival<A> {
    pub(super) ask: A,
    pub(super) reference: String,
    pub(super) key: IdempotencyKey,
    pub(super) body_sha256: Sha256Hex,
    pub(super) at: Timestamp,
    pub(super) key_window: Duration,
}

/// What the provider has of the same reference when a request arrives.
#[derive(Debug)]
pub(super) struct Scene {
    /// All that happened, oldest first.
    history: Vec<Entry>,
    /// Requests that have yet to arrive.
    under_way: Vec<Delayed>,
}

/// How far a provider gets with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// It does all of it.
    Whole,
    /// It fails after a part, if the request has parts.
    Part,
}

/// What the provider answers; a storage error outside, so that it undoes the transaction.
pub(super) type Answer = Result<Result<Served, ProviderError>, BooksError>;

impl<A: Ask> Arrival<A> {
    /// Serves the requests for the same reference that were due before this one, and answers what is known then.
    pub(super) fn scene(&self, page: &mut dyn Page) -> Result<Scene, BooksError> {
        let mut under_way = page.delayed_of(A::PROVIDER, &self.reference)?;
        for delayed in under_way.extract_if(.., |delayed| delayed.due_at <= self.at) {
            Self::serve_late(page, &delayed, self.key_window)?;
        }
        Ok(Scene { history: page.entries_of(A::PROVIDER, &self.reference)?, under_way })
    }

    /// Chooses what happens to this call: what was injected, or else what the test data prescribes.
    pub(super) fn fault(
        &self,
        page: &mut dyn Page,
        scene: &Scene,
        injected: Fault,
    ) -> Result<Result<Fault, ProviderError>, BooksError> {
        if injected != Fault::None {
            return Ok(Ok(injected));
        }
        let scenario = self.ask.scenario(&scene.history);
        let earlier = if scenario.counts() {
            page.count_call(A::PROVIDER, &self.reference, self.ask.operation().as_str())?
        } else {
            0
        };
        Ok(scenario.fault(earlier))
    }

    /// Serves the request, or a part of it. A repeat of one of which a part was done does the rest.
    pub(super) fn serve(&self, page: &mut dyn Page, scene: &Scene, extent: Extent) -> Answer {
        let same_body = |body_sha256: &Sha256Hex| *body_sha256 == self.body_sha256;
        if let Some(other) = scene.under_way.iter().find(|delayed| delayed.key == self.key) {
            let error = if same_body(&other.body_sha256) {
                ProviderError::KeyInUse
            } else {
                ProviderError::KeyReused
            };
            return Ok(Err(error));
        }
        let known = page.latest_of_key(A::PROVIDER, &self.key)?;
        if let Some(entry) = known.filter(|entry| self.at.since(entry.at) < self.key_window) {
            if !same_body(&entry.body_sha256) {
                return Ok(Err(ProviderError::KeyReused));
            }
            return match (self.ask.rest_of(&entry, &scene.history), extent) {
                (Err(error), _) => Ok(Err(error)),
                (Ok(Some(rest)), Extent::Whole) => self.enter(page, scene, rest),
                // A second part is no second effect: the books do not say how large a part is.
                (Ok(Some(_)), Extent::Part) | (Ok(None), _) => Ok(Ok(Served::Entered(Box::new(entry)))),
            };
        }
        match (self.ask.decide(&scene.history), extent) {
            (Err(error), _) => Ok(Err(error)),
            (Ok(Ruling::Leave(unchanged)), _) => Ok(Ok(Served::Left(unchanged))),
            (Ok(Ruling::Enter(draft)), Extent::Whole) => self.enter(page, scene, draft),
            (Ok(Ruling::Enter(draft)), Extent::Part) => self.enter(page, scene, self.ask.part_of(draft)),
        }
    }

    fn enter(&self, page: &mut dyn Page, scene: &Scene, draft: super::Draft) -> Answer {
        let entry = page.append(self.entry(draft, scene.history.len()))?;
        Ok(Ok(Served::Entered(Box::new(entry))))
    }

    /// Keeps the request until it arrives.
    pub(super) fn delay(&self, page: &mut dyn Page, by: Duration) -> Result<(), BooksError> {
        page.delay(Delayed {
            due_at: self.at.plus(by),
            provider: A::PROVIDER,
            reference: self.reference.clone(),
            key: self.key,
            body_sha256: self.body_sha256.clone(),
            request: serde_json::to_string(&self.ask).map_err(unreadable)?,
        })
    }

    /// Serves a request whose time has come. Nobody waits for its answer.
    pub(super) fn serve_late(
        page: &mut dyn Page,
        delayed: &Delayed,
        key_window: Duration,
    ) -> Result<(), BooksError> {
        page.forget_delayed(delayed)?;
        let arrival = Self {
            ask: serde_json::from_str(&delayed.request).map_err(unreadable)?,
            reference: delayed.reference.clone(),
            key: delayed.key,
            body_sha256: delayed.body_sha256.clone(),
            at: delayed.due_at,
            key_window,
        };
        let history = page.entries_of(A::PROVIDER, &arrival.reference)?;
        let scene = Scene { history, under_way: Vec::new() };
        arrival.serve(page, &scene, Extent::Whole).map(drop)
    }

    fn entry(&self, draft: super::Draft, earlier: usize) -> NewEntry {
        let new_id = || format!("{}_{}_{}", A::OBJECT_PREFIX, self.reference, earlier + 1);
        NewEntry {
            at: self.at,
            provider: A::PROVIDER,
            reference: self.reference.clone(),
            effect: draft.effect,
            key: self.key,
            body_sha256: self.body_sha256.clone(),
            object: draft.object.unwrap_or_else(new_id),
            amount: draft.amount,
            scenario: draft.scenario,
        }
    }
}

/// The reference in an id that [`Arrival`] made.
pub(crate) fn reference_in<'a>(id: &'a str, prefix: &str) -> Option<&'a str> {
    let (reference, _) = id.strip_prefix(prefix)?.strip_prefix('_')?.rsplit_once('_')?;
    Some(reference)
}

/// The latest state of one object.
pub(crate) fn latest_of<'a>(history: &'a [Entry], object: &str) -> Option<&'a Entry> {
    history.iter().rev().find(|entry| entry.object == object)
}

fn unreadable(error: serde_json::Error) -> BooksError {
    BooksError::Unreadable { what: format!("a delayed request: {error}") }
}
