//! What does not change once an execution has started: the execution itself, or a child of a distributed Map.

use std::sync::Arc;

use amends_asl::Chance;
use amends_types::Timestamp;
use serde_json::Value;

use super::identity::Identity;

/// What does not change once the execution has started.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) identity: Identity,
    pub(super) input: Arc<Value>,
    pub(super) started_at: Timestamp,
    /// Which history its events are numbered in.
    pub(super) lane: Lane,
    /// The ARN that task tokens name: the execution's own, or of a child the one that the Map is in.
    pub(super) token_arn: Arc<str>,
    /// How often the execution has been redriven.
    pub(super) redrives: u32,
    /// When it was redriven last.
    pub(super) redriven_at: Option<Timestamp>,
}

/// A history: 0 is the execution's own, others are those of children of distributed Maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lane(pub(super) u32);

impl Lane {
    pub(super) const OWN: Self = Self(0);
}

impl Frame {
    /// Before the start.
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            token_arn: Arc::clone(&identity.execution_arn),
            identity,
            input: Arc::new(Value::Null),
            started_at: Timestamp::default(),
            lane: Lane::OWN,
            redrives: 0,
            redriven_at: None,
        }
    }

    /// After a redrive.
    pub(super) fn redriven(of: &Self, at: Timestamp) -> Self {
        Self {
            identity: of.identity.clone(),
            input: Arc::clone(&of.input),
            started_at: of.started_at,
            lane: of.lane,
            token_arn: Arc::clone(&of.token_arn),
            redrives: of.redrives + 1,
            redriven_at: Some(at),
        }
    }

    /// The child's ARN, if it is one.
    pub(super) fn child_arn(&self) -> Option<&str> {
        (self.lane != Lane::OWN).then_some(&*self.identity.execution_arn)
    }

    /// Differs from execution to execution and from moment to moment.
    pub(super) fn seed(&self, moments: impl IntoIterator<Item = i64>) -> u64 {
        let name = self.identity.execution_arn.bytes();
        let name = name.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let moments = std::iter::once(self.started_at.as_micros()).chain(moments);
        moments.fold(name, |seed, moment| Chance::new(seed ^ moment.cast_unsigned()).next())
    }
}
