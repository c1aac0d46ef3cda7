//! What a step is told besides its input.

use std::sync::Arc;
use std::time::Duration;

use amends_types::{BoxFuture, Clock, DeploymentId, IdempotencyKey, SagaId, Timestamp};

use crate::{Op, StepError, StepPolicy};

/// Where a step's attempt writes down, durably, what it must find again.
pub trait Recorder: Send + Sync {
    /// Records that the provider's object `kind` of this step is `id`, under the attempt's lease.
    fn record_object(&self, kind: &'static str, id: String) -> BoxFuture<'_, Result<(), StepError>>;
}

/// The parts of a [`StepCtx`], for whoever runs steps.
pub struct StepCtxParts {
    /// Which saga.
    pub saga: SagaId,
    /// Which step.
    pub step: &'static str,
    /// What is being done.
    pub op: Op,
    /// The step's policy.
    pub policy: StepPolicy,
    /// Keys are derived from it.
    pub deployment: DeploymentId,
    /// When the step was first attempted; the same at every attempt.
    pub first_started: Timestamp,
    /// How long ago that was, by the database's clock, when this attempt began.
    pub age: Duration,
    /// The monotonic time at which this attempt must have stopped acting.
    pub deadline: Duration,
    /// The clock of this process.
    pub clock: Arc<dyn Clock>,
    /// Whether an earlier attempt had the effect, or may have had it.
    pub effect_possible: bool,
    /// Whether earlier attempts may have done and recorded what the ledger does not know any more.
    pub recovered: bool,
    /// The provider's objects that earlier attempts recorded.
    pub objects: std::collections::BTreeMap<String, String>,
    /// Where this attempt records its own.
    pub recorder: Arc<dyn Recorder>,
}

/// What a step is told besides its input: who asks, for how long, and under which keys.
pub struct StepCtx {
    parts: StepCtxParts,
}

impl StepCtx {
    /// Puts a context together.
    pub const fn new(parts: StepCtxParts) -> Self {
        Self { parts }
    }

    /// The saga; also the merchant's reference at providers.
    pub const fn saga(&self) -> &SagaId {
        &self.parts.saga
    }

    /// What is being done.
    pub const fn op(&self) -> Op {
        self.parts.op
    }

    /// When the step was first attempted: the time to put into a request, because it is the same at every attempt.
    pub const fn first_started(&self) -> Timestamp {
        self.parts.first_started
    }

    /// How long ago the step was first attempted: what a provider's key window is held against.
    pub const fn age(&self) -> Duration {
        self.parts.age
    }

    /// The idempotency key of `purpose`: the same at every attempt, in every process, after every restart.
    pub fn key(&self, purpose: &str) -> IdempotencyKey {
        IdempotencyKey::derive(self.parts.deployment, &self.parts.saga, self.parts.step, purpose)
    }

    /// The time limit of a provider call that begins now.
    ///
    /// # Errors
    /// [`StepError::Transient`] when such a call could outlast this attempt's lease: it must not begin.
    pub fn call_limit(&self) -> Result<Duration, StepError> {
        let limit = Duration::from_secs(u64::from(self.parts.policy.call_seconds));
        if self.parts.clock.monotonic() + limit > self.parts.deadline {
            return Err(StepError::Transient("too little of the lease is left for another call".into()));
        }
        Ok(limit)
    }

    /// Whether an earlier attempt had the effect, or may have had it. In a compensation, `false` means that every
    /// attempt ended with the proof that nothing happened.
    pub const fn effect_possible(&self) -> bool {
        self.parts.effect_possible
    }

    /// Whether the ledger was recovered from a backup while the saga was open. Then earlier attempts may have done and
    /// recorded what it does not know any more, and undone it too: an object that is not recorded may exist, and what a
    /// key's repeat answers may have been taken back since. Only the provider's present state counts.
    pub const fn recovered(&self) -> bool {
        self.parts.recovered
    }

    /// The id of the provider's object `kind`, if an attempt recorded one.
    pub fn object(&self, kind: &str) -> Option<&str> {
        self.parts.objects.get(kind).map(String::as_str)
    }

    /// Records the id of a provider's object durably, before it is used: a compensation, or a later attempt, then
    /// finds it with [`StepCtx::object`].
    ///
    /// # Errors
    /// [`StepError::Transient`] when the lease has been lost: the attempt must stop.
    pub async fn record_object(&self, kind: &'static str, id: &str) -> Result<(), StepError> {
        self.parts.recorder.record_object(kind, id.to_owned()).await
    }
}
