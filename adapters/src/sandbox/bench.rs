//! A sandbox provider with books and a clock of its own, for tests.

use std::sync::Arc;

use amends_types::Clock;
use tempfile::TempDir;

use crate::books::{Books, MemoryBooks, SqliteBooks};
use crate::suite::VirtualClock;

/// A provider, and what a test needs to see behind it.
pub(crate) struct Stand<P> {
    pub(crate) provider: P,
    pub(crate) books: Arc<dyn Books>,
    pub(crate) clock: VirtualClock,
    _dir: Option<TempDir>,
}

impl<P> Stand<P> {
    pub(crate) fn on_memory(make: fn(Arc<dyn Books>, Arc<dyn Clock>) -> P) -> Self {
        Self::on(Arc::new(MemoryBooks::new()), None, make)
    }

    pub(crate) fn on_sqlite(make: fn(Arc<dyn Books>, Arc<dyn Clock>) -> P) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let books = SqliteBooks::open(&dir.path().join("books.db"), Default::default()).unwrap();
        Self::on(Arc::new(books), Some(dir), make)
    }

    fn on(
        books: Arc<dyn Books>,
        dir: Option<TempDir>,
        make: fn(Arc<dyn Books>, Arc<dyn Clock>) -> P,
    ) -> Self {
        let clock = VirtualClock::new();
        Self { provider: make(books.clone(), Arc::new(clock.clone())), books, clock, _dir: dir }
    }
}
