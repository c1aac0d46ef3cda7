//! What a worker is asked to do.

use std::fmt;

use amends_types::{RunName, SagaId};
use serde::{Deserialize, Serialize};

/// One of the three things a worker can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Have the step's effect.
    Execute,
    /// Undo the step's effect.
    Compensate,
    /// Write the verdict at the end of an unwind.
    Settle,
}

impl Op {
    /// The name in payloads and labels.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Compensate => "compensate",
            Self::Settle => "settle",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The payload of every task of a generated machine. It holds no personal data and nothing that is believed:
/// inputs and outputs of steps come from the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskPayload {
    /// Which saga.
    pub saga_id: SagaId,
    /// The execution that asks.
    pub run: RunName,
    /// The step's name, or `settle`.
    pub step: String,
    /// What to do.
    pub op: Op,
    /// How many times the state has been retried; for people, no decision depends on it.
    pub retry: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_reads_as_the_machine_writes_it() {
        let text = r#"{"saga_id":"o-1","run":"o-1","step":"charge","op":"compensate","retry":3}"#;
        let payload: TaskPayload = serde_json::from_str(text).unwrap();
        assert_eq!(payload.op, Op::Compensate);
        assert_eq!(payload.retry, 3);
    }
}
