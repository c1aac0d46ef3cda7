//! What survives when the process dies: the store, the journal and the archive.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use amends_engine::clock::VirtualClock;
use amends_engine::journal::{MemoryArchive, MemoryStorage, Survives};
use amends_store::{MemoryStore, Store};
use amends_types::{BoxFuture, Clock, DeploymentId, Entropy, Timestamp};

use crate::tweaks::Lose;

/// The disk of one run.
pub(crate) struct Disk {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) journal: MemoryStorage,
    pub(crate) archive: MemoryArchive,
    /// No two leases have the same, in whatever life of the process.
    pub(crate) tokens: Arc<dyn Entropy>,
    /// What a mutant's store loses when the process dies.
    lose: Option<Lose>,
}

/// The directory of one engine; no two share one.
#[derive(Default)]
pub(crate) struct Directory {
    pub(crate) journal: MemoryStorage,
    pub(crate) archive: MemoryArchive,
}

impl Disk {
    /// The directory of the engine that is there from the beginning.
    pub(crate) fn directory(&self) -> Directory {
        Directory { journal: self.journal.clone(), archive: self.archive.clone() }
    }

    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let tokens = Arc::new(Tokens(AtomicU64::new(1)));
        Self { store, journal: MemoryStorage::new(), archive: MemoryArchive::new(), tokens, lose: None }
    }

    /// A disk whose store is not what it should be.
    pub(crate) fn lossy((store, lose): (Arc<dyn Store>, Lose)) -> Self {
        Self { lose: Some(lose), ..Self::new(store) }
    }

    /// What the next process finds: of journal and archive what was synced; a store's commit is durable when it is
    /// answered.
    pub(crate) fn crash(self) -> Self {
        if let Some(lose) = &self.lose {
            lose();
        }
        let journal = self.journal.crash(Survives::Nothing);
        Self { journal, archive: self.archive.crash(), ..self }
    }
}

/// Deployment ids decide keys; one for all runs, so that keys can be compared.
pub(crate) fn memory_store(clock: Arc<dyn Clock>) -> Arc<dyn Store> {
    Arc::new(MemoryStore::new(clock, DeploymentId::fixed(1)))
}

/// Lease tokens: only ever compared with each other.
struct Tokens(AtomicU64);

impl Entropy for Tokens {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// The store's clock, which may not show what the workers' shows.
#[derive(Clone)]
pub(crate) struct StoreClock {
    workers: VirtualClock,
    ahead_micros: Arc<AtomicI64>,
}

impl StoreClock {
    pub(crate) fn new(workers: VirtualClock) -> Self {
        Self { workers, ahead_micros: Arc::default() }
    }

    pub(crate) fn set_ahead(&self, micros: i64) {
        self.ahead_micros.store(micros, Ordering::Relaxed);
    }
}

impl Clock for StoreClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.workers.now().as_micros() + self.ahead_micros.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        self.workers.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.workers.sleep(duration)
    }
}
