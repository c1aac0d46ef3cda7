//! What does not change once an execution has started.

use std::sync::Arc;

use amends_asl::{Chance, StateMachine};
use amends_types::Timestamp;
use serde_json::Value;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::identity::Identity;
use super::run::Flow;
use super::visit::{Timer, Visit};

/// What does not change once the execution has started.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) machine: Arc<StateMachine>,
    pub(super) identity: Identity,
    pub(super) input: Arc<Value>,
    pub(super) started_at: Timestamp,
    /// For the machine's own time limit.
    pub(super) limit: Option<Timer>,
}

impl Frame {
    pub(super) fn scope<'a>(&'a self, visit: &'a Visit, now: Timestamp) -> Scope<'a> {
        Scope {
            identity: &self.identity,
            execution_input: &self.input,
            started_at: self.started_at,
            state: self.machine.state(visit.state),
            visit,
            now,
            chance: Chance::new(self.seed(visit, now)),
        }
    }

    /// Differs from execution to execution, from visit to visit and from time to time.
    fn seed(&self, visit: &Visit, now: Timestamp) -> u64 {
        let name = self.identity.execution_arn.bytes();
        let name = name.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let moments = [self.started_at.as_micros(), now.as_micros(), i64::from(visit.entered_event)];
        moments.into_iter().fold(name, |seed, moment| Chance::new(seed ^ moment.cast_unsigned()).next())
    }

    pub(super) fn check_output(&self, flow: Flow, visit: &Visit, now: Timestamp) -> Result<Flow, Failure> {
        if let Flow::Leave { output, .. } = &flow {
            data::check_size(&self.scope(visit, now), output)?;
        }
        Ok(flow)
    }
}
