//! A map run: the child executions of a distributed Map.

use std::sync::Arc;

use amends_asl::{Chance, Map};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::context::Scope;
use super::super::frame::{Frame, Lane};
use super::super::identity::Identity;
use super::super::turn::Turn;

/// A distributed Map under way.
#[derive(Debug, Clone)]
pub(in crate::interp) struct MapRun {
    pub(in crate::interp) arn: Arc<str>,
    /// The state's `Label`, or what stands for it.
    label: Arc<str>,
    pub(in crate::interp) is_express: bool,
    /// How often it has been redriven.
    pub(in crate::interp) redrives: u32,
    seed: u64,
}

/// What UpdateMapRun changes; `None` leaves it as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MapRunUpdate {
    /// How many child executions may run at once; 0 is as many as may be.
    pub max_concurrency: Option<u32>,
    /// How many items may fail.
    pub tolerated_failure_count: Option<u64>,
    /// What share of the items may fail, of 100.
    pub tolerated_failure_percentage: Option<f64>,
}

impl MapRun {
    pub(super) fn new(map: &Map, is_express: bool, scope: &Scope<'_>) -> Self {
        let seed = scope.chance.next();
        let identity = &scope.frame.identity;
        // The names that Step Functions makes up for Maps without a label are not documented.
        let label = map.label.clone().unwrap_or_else(|| {
            let short: String =
                scope.state.name.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
            format!("{short}{:08x}", seed >> 32).into()
        });
        let [_, _, _, region, account] = identity.arn_parts();
        let (name, id) = (&identity.machine_name, uuid(&scope.frame.token_arn, seed));
        let arn = format!("arn:aws:states:{region}:{account}:mapRun:{name}/{label}:{id}");
        Self { arn: arn.into(), label, is_express, redrives: 0, seed }
    }

    /// The frame of a child execution.
    pub(in crate::interp) fn child(
        &self,
        parent: &Frame,
        index: usize,
        lane: Lane,
        input: &Arc<Value>,
        turn: &Turn<'_>,
    ) -> Frame {
        let of = &parent.identity;
        let [_, _, _, region, account] = of.arn_parts();
        let seed = self.seed ^ (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let name = uuid(&parent.token_arn, seed);
        let (machine, label) = (&of.machine_name, &self.label);
        let identity = Identity {
            execution_arn: format!("arn:aws:states:{region}:{account}:execution:{machine}/{label}:{name}")
                .into(),
            execution_name: name.into(),
            machine_arn: format!("{}/{label}", of.machine_arn).into(),
            machine_name: format!("{machine}/{label}").into(),
            role_arn: Arc::clone(&of.role_arn),
        };
        Frame {
            identity,
            input: Arc::clone(input),
            started_at: turn.at,
            lane,
            token_arn: Arc::clone(&parent.token_arn),
            redrives: 0,
            redriven_at: None,
        }
    }
}

/// In the form of a version 4 UUID. It begins with what is the same in all that come from one execution, so that the
/// execution can be found by the ARN of a map run or of a child: see [`could_be_of`].
fn uuid(execution_arn: &str, seed: u64) -> String {
    let chance = Chance::new(seed);
    let (high, low) = (chance.next(), chance.next());
    let [b, c] = [high >> 16 & 0xffff, high & 0x0fff];
    format!(
        "{}-{b:04x}-4{c:03x}-{:04x}-{:012x}",
        mark(execution_arn),
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

fn mark(execution_arn: &str) -> String {
    format!("{:08x}", crc32fast::hash(execution_arn.as_bytes()))
}

/// Whether a map run or a child execution with this id can have come from that execution.
pub fn could_be_of(id: &str, execution_arn: &str) -> bool {
    id.starts_with(&mark(execution_arn))
}
