//! The service: what answers actions, without the wire.

use std::sync::{Arc, Weak};

use amends_engine::driver::{Engine, Express, TaskWorker};
use amends_types::{Clock, Entropy, Timestamp};

use crate::arn::Owner;
use crate::registry::Registry;
use crate::runs::Runs;

/// What a service is made of.
pub struct Options {
    /// State machines and what belongs to them.
    pub registry: Registry,
    /// What executes them. It must have been opened with the same account and region.
    pub engine: Engine,
    /// The account in ARNs.
    pub account: String,
    /// The region in ARNs.
    pub region: String,
    /// The time of everything that is created or changed.
    pub clock: Arc<dyn Clock>,
    /// What does the tasks of Express executions: the same as the engine's.
    pub worker: Arc<dyn TaskWorker>,
    /// The chance by which an alias chooses between two versions.
    pub entropy: Arc<dyn Entropy>,
}

/// Answers the actions of the Step Functions API. Clones are handles to the same.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    registry: Registry,
    runs: Runs,
    owner: Owner,
    express: Express,
}

impl From<Arc<Inner>> for Service {
    fn from(inner: Arc<Inner>) -> Self {
        Self { inner }
    }
}

impl Service {
    /// A service of these parts.
    pub fn new(options: Options) -> Self {
        let Options { registry, engine, account, region, clock, entropy, worker } = options;
        let owner = Owner { region, account };
        let express = Express { worker, clock, entropy };
        Self { inner: Arc::new(Inner { registry, runs: Runs::new(engine), owner, express }) }
    }

    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.inner)
    }

    pub(crate) fn express(&self) -> &Express {
        &self.inner.express
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.inner.runs
    }

    pub(crate) fn owner(&self) -> &Owner {
        &self.inner.owner
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.express.clock.now()
    }

    pub(crate) fn draw(&self) -> u64 {
        self.inner.express.entropy.next_u64()
    }
}
