//! The process as the API sees it: orders that were placed are started here, and followed to their ends.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use amends_api::{Metrics, Process, Wakes};
use amends_coordinator::{Coordinator, Execution, find_saga, start, sweep_one, users_word};
use amends_store::OutboxRow;
use amends_types::SagaId;
use tokio::sync::watch;

use super::Stopping;

/// Everything that runs in this process. Clones are handles to the same.
#[derive(Clone)]
pub(crate) struct Running {
    shared: Arc<Shared>,
}

struct Shared {
    coordinator: Coordinator,
    wakes: Wakes,
    metrics: Metrics,
    followed: Mutex<HashSet<SagaId>>,
    open: AtomicUsize,
    ready: AtomicBool,
    stop: watch::Sender<Stopping>,
}

impl Running {
    pub(crate) fn new(
        coordinator: Coordinator,
        wakes: Wakes,
        metrics: Metrics,
        stop: watch::Sender<Stopping>,
    ) -> Self {
        let shared = Shared {
            coordinator,
            wakes,
            metrics,
            followed: Mutex::default(),
            open: AtomicUsize::new(0),
            ready: AtomicBool::new(false),
            stop,
        };
        Self { shared: Arc::new(shared) }
    }

    /// What was left from before is taken up: requests can be served.
    pub(crate) fn is_ready(&self) {
        self.shared.ready.store(true, Ordering::Release);
    }

    /// Follows an execution to its end, unless its saga is followed already.
    pub(crate) fn follow(&self, execution: Execution) {
        let Some(saga) = execution.saga(&self.shared.coordinator.kind) else { return };
        if let Some(guard) = self.enter(&saga) {
            let running = self.clone();
            tokio::spawn(async move { running.to_the_end(guard, execution).await });
        }
    }

    fn enter(&self, saga: &SagaId) -> Option<Followed> {
        let is_new = self.followed().insert(saga.clone());
        is_new.then(|| {
            self.shared.open.fetch_add(1, Ordering::AcqRel);
            Followed { running: self.clone(), saga: saga.clone() }
        })
    }

    fn followed(&self) -> std::sync::MutexGuard<'_, HashSet<SagaId>> {
        self.shared.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn to_the_end(&self, followed: Followed, execution: Execution) {
        let Shared { coordinator, wakes, metrics, .. } = &*self.shared;
        let saga = followed.saga.clone();
        if let Err(error) = coordinator.follow(&saga, execution).await {
            tracing::warn!(saga = %saga, %error, "cannot follow the saga now; the next sweep does");
        }
        if let Ok(Some(row)) = find_saga(&*coordinator.store, &saga).await
            && !row.is_open()
        {
            metrics.ended(users_word(row.state));
            tracing::info!(saga = %saga, verdict = users_word(row.state), "saga ended");
        }
        drop(followed);
        wakes.wake(&saga);
    }
}

/// A saga that is followed, until this is dropped.
struct Followed {
    running: Running,
    saga: SagaId,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.running.followed().remove(&self.saga);
        self.running.shared.open.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Process for Running {
    fn placed(&self, row: OutboxRow) {
        // Counted before it is started, so that what was accepted is never overlooked by a drain.
        let Some(followed) = self.enter(&row.saga) else { return };
        let running = self.clone();
        tokio::spawn(async move {
            let coordinator = &running.shared.coordinator;
            match start(&*coordinator.store, &*coordinator.functions, &row).await {
                Ok(execution) => running.to_the_end(followed, execution).await,
                Err(error) => {
                    tracing::warn!(saga = %row.saga, %error, "not started yet; the relay tries again");
                }
            }
        });
    }

    fn look_at(&self, saga: &SagaId) {
        let (running, saga) = (self.clone(), saga.clone());
        tokio::spawn(async move {
            let Coordinator { store, functions, worker, clock, kind } = &running.shared.coordinator;
            let swept = sweep_one(&**store, &**functions, &**worker, &**clock, kind, &saga).await;
            running.shared.wakes.wake(&saga);
            match swept {
                Ok(swept) => swept.started.into_iter().for_each(|execution| running.follow(execution)),
                Err(error) => {
                    tracing::warn!(saga = %saga, %error, "cannot look at the saga; the next sweep does")
                }
            }
        });
    }

    fn open_sagas(&self) -> usize {
        self.shared.open.load(Ordering::Acquire)
    }

    fn not_ready(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.shared.ready.load(Ordering::Acquire) {
            reasons.push("it is starting".to_owned());
        }
        if self.is_draining() {
            reasons.push("it is draining".to_owned());
        }
        reasons
    }

    fn drain(&self) {
        self.shared.stop.send_if_modified(|stop| {
            let is_new = *stop == Stopping::No;
            if is_new {
                *stop = Stopping::Drained;
            }
            is_new
        });
    }

    fn is_draining(&self) -> bool {
        *self.shared.stop.borrow() != Stopping::No
    }
}
