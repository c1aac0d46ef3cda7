//! What all handlers work with.

use std::sync::Arc;

use amends_coordinator::{Coordinator, SagaHome};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::in_flight::InFlight;
use crate::problem::{Kind, Problem};
use crate::rate_limit::RateLimit;
use crate::{Auth, Limits, Metrics, Process, Wakes};

/// Everything, behind one pointer.
pub(crate) struct Shared {
    pub(crate) coordinator: Coordinator,
    /// Whether somebody is told of ends.
    pub(crate) announce: bool,
    pub(crate) process: Arc<dyn Process>,
    pub(crate) wakes: Wakes,
    pub(crate) metrics: Metrics,
    pub(crate) auth: Auth,
    pub(crate) limits: Limits,
    pub(crate) rate_limit: RateLimit,
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) waiters: Arc<Semaphore>,
    pub(crate) in_flight: InFlight,
}

pub(crate) type State = axum::extract::State<Arc<Shared>>;

/// A place among those who wait. Given back when it is dropped.
pub(crate) struct Waiting {
    _permit: OwnedSemaphorePermit,
    metrics: Metrics,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.metrics.waiters().dec();
    }
}

impl Shared {
    /// Where sagas that are placed here run.
    pub(crate) fn home(&self) -> SagaHome {
        SagaHome { engine: self.coordinator.functions.engine_id(), announce: self.announce }
    }

    /// Takes a place among those who wait, if there is one.
    pub(crate) fn wait(&self) -> Result<Waiting, Problem> {
        let permit = self.waiters.clone().try_acquire_owned().map_err(|_| {
            self.metrics.refused("waiters");
            Problem::new(Kind::Overloaded, "too many clients wait for an end; ask again without waiting")
                .retry_after(5)
        })?;
        self.metrics.waiters().inc();
        Ok(Waiting { _permit: permit, metrics: self.metrics.clone() })
    }
}
