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

/// What the provider answers; a storage error outside, so that it undoes the transaction.
pub(super) type Answer = Result<Result<Served, ProviderError>, BooksError>;

impl<A: Ask> Arrival<A> {
    /// Chooses what happens to this call: what was injected, or else what the test data prescribes.
    pub(super) fn fault(
        &self,
        page: &mut dyn Page,
        injected: Fault,
    ) -> Result<Result<Fault, ProviderError>, BooksError> {
        if injected != Fault::None {
            return Ok(Ok(injected));
        }
        let scenario = self.ask.scenario(&page.entries_of(A::PROVIDER, &self.reference)?);
        let earlier = if scenario.counts() {
            page.count_call(A::PROVIDER, &self.reference, self.ask.operation().as_str())?
        } else {
            0
        };
        Ok(scenario.fault(earlier))
    }

    /// Serves the request, after those for the same reference that were due before it.
    pub(super) fn serve(&self, page: &mut dyn Page) -> Answer {
        for delayed in page.delayed_of(A::PROVIDER, &self.reference)? {
            if delayed.due_at <= self.at {
                Self::serve_late(page, &delayed, self.key_window)?;
            } else if delayed.key == self.key {
                let same_body = delayed.body_sha256 == self.body_sha256;
                let error = if same_body { ProviderError::KeyInUse } else { ProviderError::KeyReused };
                return Ok(Err(error));
            }
        }
        self.decide(page)
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
        arrival.decide(page).map(drop)
    }

    fn decide(&self, page: &mut dyn Page) -> Answer {
        let known = page.latest_of_key(A::PROVIDER, &self.key)?;
        if let Some(entry) = known.filter(|entry| self.at.since(entry.at) < self.key_window) {
            let same_body = entry.body_sha256 == self.body_sha256;
            let replay = || Served::Entered(Box::new(entry));
            return Ok(same_body.then(replay).ok_or(ProviderError::KeyReused));
        }
        let history = page.entries_of(A::PROVIDER, &self.reference)?;
        match self.ask.decide(&history) {
            Err(error) => Ok(Err(error)),
            Ok(Ruling::Leave(unchanged)) => Ok(Ok(Served::Left(unchanged))),
            Ok(Ruling::Enter(draft)) => {
                let entry = page.append(self.entry(draft, history.len()))?;
                Ok(Ok(Served::Entered(Box::new(entry))))
            }
        }
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
