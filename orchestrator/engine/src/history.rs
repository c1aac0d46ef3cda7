//! The history of an execution, event for event as Step Functions records it.
//!
//! It is not stored: folding an execution's occurrences again with a [`Recording`] sink gives it back. The live engine
//! folds with [`NoHistory`] and never builds an event; events are numbered all the same, because an execution may have
//! [25,000](crate::interp::MAX_EVENTS) of them.

mod event;
mod map_run;
mod task_event;

use amends_types::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

pub use event::{Event, IterationEvent};
pub use map_run::{MapRun, MapRunChild, MapRunEnd, MapRunLimits, MapRunNote, MapRuns};
pub use task_event::{TaskEvent, TaskKind};

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEvent {
    /// Its number within the execution, from 1.
    pub id: u32,
    /// The event that led to it; zero for the first two.
    pub previous_event_id: u32,
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub event: Event,
}

/// In the shape of GetExecutionHistory: `type`, and the details under a key of their own.
impl Serialize for HistoryEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let details = self.event.details();
        let mut map = serializer.serialize_map(Some(if details.is_some() { 5 } else { 4 }))?;
        map.serialize_entry("timestamp", &seconds(self.timestamp))?;
        map.serialize_entry("type", &*self.event.type_name())?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("previousEventId", &self.previous_event_id)?;
        if let Some((key, details)) = details {
            map.serialize_entry(key, &details)?;
        }
        map.end()
    }
}

/// The API has times in seconds, to the millisecond.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
fn seconds(timestamp: Timestamp) -> f64 {
    timestamp.as_micros().div_euclid(1_000) as f64 / 1_000.0
}

/// Where events go.
///
/// The child executions of a distributed Map have histories of their own, which are told apart by their ARNs.
pub trait HistorySink {
    /// Whether [`HistorySink::record`] should be called for the execution itself (`None`), or for that child of it; if
    /// not, events are only numbered.
    fn wants(&self, child: Option<&str>) -> bool;

    /// Takes the next event.
    fn record(&mut self, event: HistoryEvent);

    /// Whether [`HistorySink::note`] should be called.
    fn wants_map_runs(&self) -> bool {
        false
    }

    /// Takes what happens to a map run.
    fn note(&mut self, _at: Timestamp, _note: MapRunNote) {}
}

/// Wants no events.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHistory;

impl HistorySink for NoHistory {
    fn wants(&self, _: Option<&str>) -> bool {
        false
    }

    fn record(&mut self, _: HistoryEvent) {}
}

/// Keeps all events of the execution itself, or of one child of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// In order.
    pub events: Vec<HistoryEvent>,
    /// Whose events are kept.
    child: Option<String>,
}

impl Recording {
    /// Keeps the events of the child execution with that ARN.
    pub fn of_child(arn: &str) -> Self {
        Self { events: Vec::new(), child: Some(arn.to_owned()) }
    }
}

impl HistorySink for Recording {
    fn wants(&self, child: Option<&str>) -> bool {
        child == self.child.as_deref()
    }

    fn record(&mut self, event: HistoryEvent) {
        self.events.push(event);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_serialises_as_get_execution_history_has_it() {
        let event = HistoryEvent {
            id: 2,
            previous_event_id: 0,
            timestamp: Timestamp::from_micros(1_700_000_000_123_456),
            event: Event::StateEntered {
                state_type: "Task",
                name: "charge".into(),
                input: Arc::new(json!({"a": 1})),
            },
        };
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            json!({
                "timestamp": 1_700_000_000.123,
                "type": "TaskStateEntered",
                "id": 2,
                "previousEventId": 0,
                "stateEnteredEventDetails": {
                    "input": "{\"a\":1}",
                    "inputDetails": {"truncated": false},
                    "name": "charge"
                }
            })
        );
    }
}
