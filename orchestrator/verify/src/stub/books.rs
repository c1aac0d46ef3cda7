//! The books of the stubs of one run: what they did, and what is still on its way to them.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use amends_types::{IdempotencyKey, Sha256Hex, Timestamp};

use super::{Receipt, Reversed, StubError, StubProvider};
use crate::effect::{BookEffect, Direction};

/// What the stubs of one run remember.
#[derive(Debug, Default)]
pub(crate) struct Books {
    entries: Vec<Entry>,
    /// Requests that have yet to arrive.
    under_way: Vec<(Timestamp, Request)>,
    /// The steps that ever asked for an effect.
    asked: BTreeSet<&'static str>,
}

/// Who keeps a book: of one step, and of one kind of effect of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    pub(super) step: &'static str,
    /// What having the effect is called, and what taking it back is.
    pub(super) apply: &'static str,
    pub(super) reverse: &'static str,
    /// How many effects there may be at once, over all sagas.
    pub(super) places: Option<usize>,
}

/// A request, as the stub that it is for reads it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) owner: Owner,
    pub(super) reverses: bool,
    pub(super) reference: String,
    pub(super) key: IdempotencyKey,
    pub(super) body_sha256: String,
}

#[derive(Debug)]
struct Entry {
    request: Request,
    id: String,
    at: Timestamp,
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Served {
    Applied(Receipt),
    Reversed(Reversed),
}

impl Request {
    /// The fingerprint of a body. Which operation it is belongs to it: a key that applied cannot reverse.
    pub(super) fn body_sha256(operation: &str, reference: &str, body: &serde_json::Value) -> String {
        Sha256Hex::of_json(&serde_json::json!([operation, reference, body])).to_string()
    }
}

impl Books {
    /// A request arrives now; whatever was due before it arrives first.
    pub(super) fn serve(&mut self, request: Request, now: Timestamp) -> Result<Served, StubError> {
        self.settle(now);
        self.note(&request);
        if let Some((_, other)) = self.under_way.iter().find(|(_, other)| other.key == request.key) {
            let same = other.body_sha256 == request.body_sha256;
            return Err(if same { StubError::KeyInUse } else { StubError::KeyReused });
        }
        self.arrive(request, now)
    }

    /// A request is sent now, and arrives later.
    pub(super) fn delay(&mut self, request: Request, now: Timestamp, by: Duration) {
        self.settle(now);
        self.note(&request);
        self.under_way.push((now.plus(by), request));
    }

    /// A step asks for its effect, whatever becomes of that.
    pub(super) fn note(&mut self, request: &Request) {
        if !request.reverses {
            self.asked.insert(request.owner.step);
        }
    }

    /// Lets requests arrive that are due. Nobody waits for their answers.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        self.under_way.sort_by_key(|(due, _)| *due);
        for (due, request) in self.under_way.extract_if(.., |(due, _)| *due <= now).collect::<Vec<_>>() {
            drop(self.arrive(request, due));
        }
    }

    fn arrive(&mut self, request: Request, at: Timestamp) -> Result<Served, StubError> {
        let known = self.entries.iter().rev().find(|entry| entry.request.key == request.key);
        if let Some(entry) = known.filter(|entry| at.since(entry.at) < StubProvider::KEY_WINDOW) {
            if entry.request.body_sha256 != request.body_sha256 {
                return Err(StubError::KeyReused);
            }
            let receipt = Receipt { id: entry.id.clone(), repeated: true };
            let reversed = Served::Reversed(Reversed::Now);
            return Ok(if request.reverses { reversed } else { Served::Applied(receipt) });
        }
        if request.reverses {
            Ok(Served::Reversed(self.reverse(request, at)))
        } else {
            self.apply(request, at)
        }
    }

    fn apply(&mut self, request: Request, at: Timestamp) -> Result<Served, StubError> {
        let Owner { step, apply, places, .. } = request.owner;
        let of_owner =
            |entry: &&Entry| (entry.request.owner.step, entry.request.owner.apply) == (step, apply);
        let held =
            self.entries.iter().filter(of_owner).map(|entry| if entry.request.reverses { -1 } else { 1 });
        let held: i64 = held.sum();
        if places.is_some_and(|places| held >= i64::try_from(places).unwrap_or(i64::MAX)) {
            return Err(StubError::Full);
        }
        let earlier = self.of(request.owner, &request.reference).filter(|entry| !entry.request.reverses);
        let id = format!("{apply}-{}-{}", request.reference, earlier.count() + 1);
        self.entries.push(Entry { request, id: id.clone(), at });
        Ok(Served::Applied(Receipt { id, repeated: false }))
    }

    fn reverse(&mut self, request: Request, at: Timestamp) -> Reversed {
        if let Some(id) = self.live(request.owner, &request.reference) {
            self.entries.push(Entry { request, id, at });
            return Reversed::Now;
        }
        let known = self.of(request.owner, &request.reference).next().is_some();
        if known { Reversed::Before } else { Reversed::NothingFound }
    }

    /// The id of an effect that is there now: of several, the latest.
    pub(super) fn live(&self, owner: Owner, reference: &str) -> Option<String> {
        let reversed: BTreeSet<&str> = self
            .of(owner, reference)
            .filter(|entry| entry.request.reverses)
            .map(|entry| entry.id.as_str())
            .collect();
        let mut live = self.of(owner, reference).filter(|entry| !reversed.contains(entry.id.as_str()));
        live.next_back().map(|entry| entry.id.clone())
    }

    fn of<'a>(&'a self, owner: Owner, reference: &'a str) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| {
            let request = &entry.request;
            (request.owner.step, request.owner.apply) == (owner.step, owner.apply)
                && request.reference == reference
        })
    }

    /// Whether a step ever asked for an effect here.
    pub(crate) fn has_asked(&self, step: &str) -> bool {
        self.asked.contains(step)
    }

    /// Everything that was done, with the saga that it was done for, in order.
    pub(crate) fn effects(&self) -> Vec<(String, BookEffect)> {
        let told = self.entries.iter().zip(1..).map(|(Entry { request, id, at }, sequence)| {
            let Owner { step, apply, reverse, .. } = request.owner;
            let (direction, name) = match request.reverses {
                false => (Direction::Applied, apply),
                true => (Direction::Reversed, reverse),
            };
            let effect = BookEffect {
                step,
                direction,
                name,
                object: Some(id.clone()),
                at: Some(*at),
                sequence,
                amount: None,
                request: Some((request.key.to_string(), request.body_sha256.clone())),
                kind: None,
            };
            (request.reference.clone(), effect)
        });
        told.collect()
    }

    /// Everything that decides what the stubs do next, and how a run is judged.
    pub(crate) fn fingerprint(&self, now: Timestamp) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.asked.hash(&mut hasher);
        for Entry { request, id, at } in &self.entries {
            (request, id, crate::explore::age(*at, now)).hash(&mut hasher);
        }
        for (due, request) in &self.under_way {
            (due.as_micros() - now.as_micros(), request).hash(&mut hasher);
        }
        hasher.finish()
    }
}
