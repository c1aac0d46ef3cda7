//! Books in memory: no thread, no file, and the same run gives the same books.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use amends_types::{BoxFuture, IdempotencyKey, Timestamp};

use super::{Books, BooksError, BooksReader, Delayed, Entry, NewEntry, Page, Position, Work};
use crate::ProviderKind;

/// Books that last as long as this value.
#[derive(Debug, Default)]
pub struct MemoryBooks {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Vec<Entry>,
    /// Places in `entries`.
    by_reference: BTreeMap<String, Vec<usize>>,
    by_key: HashMap<IdempotencyKey, Vec<usize>>,
    delayed: Vec<Delayed>,
    calls: HashMap<(ProviderKind, String, &'static str), u32>,
}

impl MemoryBooks {
    /// Empty books.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every request that has yet to arrive: when, and with which key.
    pub fn under_way(&self) -> Vec<(Timestamp, IdempotencyKey)> {
        self.lock().waiting(|_| true).iter().map(|delayed| (delayed.due_at, delayed.key)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No work leaves the state half changed: a panic in it happens between whole operations of `Page`.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books for MemoryBooks {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), BooksError>> {
        // Nothing here fails after it has changed something, so there is never anything to undo.
        let result = work(&mut *self.lock());
        Box::pin(std::future::ready(result))
    }
}

impl BooksReader for MemoryBooks {
    fn entries_after(&self, after: Option<&Position>, limit: usize) -> Result<Vec<Entry>, BooksError> {
        let state = self.lock();
        let from = after.map_or("", |position| position.reference.as_str());
        let follows = |entry: &Entry| after.is_none_or(|position| entry.position() > *position);
        let places = state
            .by_reference
            .range::<str, _>((Bound::Included(from), Bound::Unbounded))
            .flat_map(|(_, places)| places);
        Ok(places.map(|&place| &state.entries[place]).filter(|e| follows(e)).take(limit).cloned().collect())
    }

    fn entries_of(&self, reference: &str) -> Result<Vec<Entry>, BooksError> {
        let state = self.lock();
        Ok(state.of_reference(reference).cloned().collect())
    }

    fn count_of_key(&self, key: &IdempotencyKey) -> Result<u64, BooksError> {
        Ok(self.lock().by_key.get(key).map_or(0, |places| places.len() as u64))
    }
}

impl State {
    fn of_reference(&self, reference: &str) -> impl Iterator<Item = &Entry> {
        let places = self.by_reference.get(reference).map_or(&[][..], Vec::as_slice);
        places.iter().map(|&place| &self.entries[place])
    }

    fn waiting(&self, wanted: impl Fn(&Delayed) -> bool) -> Vec<Delayed> {
        let mut found: Vec<Delayed> =
            self.delayed.iter().filter(|delayed| wanted(delayed)).cloned().collect();
        found.sort_by_key(|delayed| (delayed.due_at, delayed.key.to_string()));
        found
    }
}

impl Page for State {
    fn latest_of_key(
        &mut self,
        provider: ProviderKind,
        key: &IdempotencyKey,
    ) -> Result<Option<Entry>, BooksError> {
        let places = self.by_key.get(key).map_or(&[][..], Vec::as_slice);
        let mut entries = places.iter().rev().map(|&place| &self.entries[place]);
        Ok(entries.find(|entry| entry.provider == provider).cloned())
    }

    fn entries_of(&mut self, provider: ProviderKind, reference: &str) -> Result<Vec<Entry>, BooksError> {
        Ok(self.of_reference(reference).filter(|entry| entry.provider == provider).cloned().collect())
    }

    fn append(&mut self, body: NewEntry) -> Result<Entry, BooksError> {
        let place = self.entries.len();
        self.by_reference.entry(body.reference.clone()).or_default().push(place);
        self.by_key.entry(body.key).or_default().push(place);
        let entry = Entry { seq: place as u64 + 1, body };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    fn count_call(
        &mut self,
        provider: ProviderKind,
        reference: &str,
        operation: &'static str,
    ) -> Result<u32, BooksError> {
        let calls = self.calls.entry((provider, reference.to_owned(), operation)).or_default();
        *calls += 1;
        Ok(*calls - 1)
    }

    fn delay(&mut self, delayed: Delayed) -> Result<(), BooksError> {
        let same = |other: &Delayed| other.provider == delayed.provider && other.key == delayed.key;
        if !self.delayed.iter().any(same) {
            self.delayed.push(delayed);
        }
        Ok(())
    }

    fn delayed_of(&mut self, provider: ProviderKind, reference: &str) -> Result<Vec<Delayed>, BooksError> {
        Ok(self.waiting(|delayed| delayed.provider == provider && delayed.reference == reference))
    }

    fn due(&mut self, now: Timestamp) -> Result<Vec<Delayed>, BooksError> {
        Ok(self.waiting(|delayed| delayed.due_at <= now))
    }

    fn forget_delayed(&mut self, served: &Delayed) -> Result<(), BooksError> {
        self.delayed.retain(|other| (other.provider, other.key) != (served.provider, served.key));
        Ok(())
    }
}
