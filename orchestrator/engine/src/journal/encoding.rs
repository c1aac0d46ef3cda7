//! Compact bytes for what the journal holds: variable-length numbers, length-prefixed text, JSON as its text.

use amends_types::Timestamp;
use serde_json::Value;

use crate::interp::{Input, MapRunUpdate, Occurrence, TaskId, TimerId};

/// Seven bits to a byte, the lowest first; the high bit says that more follow.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends what `body` appends, preceded by its length. Most lengths fit one byte, which is why that is reserved.
pub(crate) fn put_prefixed(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.push(0);
    body(out);
    let length = out.len() - start - 1;
    if length < 0x80 {
        out[start] = length as u8;
    } else {
        let mut prefix = Vec::with_capacity(10);
        put_number(&mut prefix, length as u64);
        out.splice(start..=start, prefix);
    }
}

fn put_json(out: &mut Vec<u8>, value: &Value) {
    put_prefixed(out, |out| {
        serde_json::to_writer(out, value).expect("a JSON value prints, and a vector takes every byte");
    });
}

fn put_optional(out: &mut Vec<u8>, text: Option<&String>) {
    match text {
        None => out.push(0),
        Some(text) => {
            out.push(1);
            put_bytes(out, text.as_bytes());
        }
    }
}

fn put_optional_number(out: &mut Vec<u8>, number: Option<u64>) {
    out.push(u8::from(number.is_some()));
    if let Some(number) = number {
        put_number(out, number);
    }
}

fn put_map_run_update(out: &mut Vec<u8>, update: &MapRunUpdate) {
    put_optional_number(out, update.max_concurrency.map(u64::from));
    put_optional_number(out, update.tolerated_failure_count);
    put_optional_number(out, update.tolerated_failure_percentage.map(f64::to_bits));
}

mod tag {
    pub(super) const STARTED: u8 = 1;
    pub(super) const TASK_SUCCEEDED: u8 = 2;
    pub(super) const TASK_FAILED: u8 = 3;
    pub(super) const TASK_HEARTBEAT: u8 = 4;
    pub(super) const TIMER_FIRED: u8 = 5;
    pub(super) const STOPPED: u8 = 6;
    pub(super) const TASK_SUBMITTED: u8 = 7;
    pub(super) const TASK_STARTED: u8 = 8;
    pub(super) const TASK_ACCEPTED: u8 = 9;
    pub(super) const TASK_REFUSED: u8 = 10;
    pub(super) const REDRIVEN: u8 = 11;
    pub(super) const MAP_RUN_UPDATED: u8 = 12;
    pub(super) const CHILD_STOPPED: u8 = 13;
}

/// Appends an occurrence.
pub(crate) fn put_occurrence(out: &mut Vec<u8>, occurrence: &Occurrence) {
    out.extend_from_slice(&occurrence.at.as_micros().to_le_bytes());
    out.extend_from_slice(&occurrence.entropy.to_le_bytes());
    match &occurrence.input {
        Input::Started { input } => {
            out.push(tag::STARTED);
            put_json(out, input);
        }
        Input::TimerFired { timer } => put_tag(out, tag::TIMER_FIRED, timer.0),
        Input::MapRunUpdated { arn, update } => {
            out.push(tag::MAP_RUN_UPDATED);
            put_bytes(out, arn.as_bytes());
            put_map_run_update(out, update);
        }
        Input::ChildStopped { arn, error, cause } => {
            out.push(tag::CHILD_STOPPED);
            put_bytes(out, arn.as_bytes());
            put_optional(out, error.as_ref());
            put_optional(out, cause.as_ref());
        }
        Input::Redriven => out.push(tag::REDRIVEN),
        Input::Stopped { error, cause } => {
            out.push(tag::STOPPED);
            put_optional(out, error.as_ref());
            put_optional(out, cause.as_ref());
        }
        of_a_task => put_task_input(out, of_a_task),
    }
}

/// Appends what happened to a task.
fn put_task_input(out: &mut Vec<u8>, input: &Input) {
    match input {
        Input::TaskSucceeded { task, output } => {
            put_tag(out, tag::TASK_SUCCEEDED, task.0);
            put_json(out, output);
        }
        Input::TaskFailed { task, error, cause } => {
            put_tag(out, tag::TASK_FAILED, task.0);
            put_bytes(out, error.as_bytes());
            put_bytes(out, cause.as_bytes());
        }
        Input::TaskSubmitted { task, output } => {
            put_tag(out, tag::TASK_SUBMITTED, task.0);
            put_json(out, output);
        }
        Input::TaskAccepted { task } => put_tag(out, tag::TASK_ACCEPTED, task.0),
        Input::TaskRefused { task, cause } => {
            put_tag(out, tag::TASK_REFUSED, task.0);
            put_bytes(out, cause.as_bytes());
        }
        Input::TaskStarted { task, worker } => {
            put_tag(out, tag::TASK_STARTED, task.0);
            put_optional(out, worker.as_ref());
        }
        Input::TaskHeartbeat { task } => put_tag(out, tag::TASK_HEARTBEAT, task.0),
        Input::Started { .. }
        | Input::TimerFired { .. }
        | Input::MapRunUpdated { .. }
        | Input::ChildStopped { .. }
        | Input::Redriven
        | Input::Stopped { .. } => unreachable!("the caller writes these"),
    }
}

fn put_tag(out: &mut Vec<u8>, tag: u8, number: u32) {
    out.push(tag);
    put_number(out, u64::from(number));
}

/// Reads what the functions above wrote. Every method answers `None` where the bytes make no sense.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(crate) fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.prefixed()?).ok()
    }

    fn fixed(&mut self) -> Option<[u8; 8]> {
        self.take(8)?.try_into().ok()
    }

    fn json(&mut self) -> Option<Value> {
        serde_json::from_slice(self.prefixed()?).ok()
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn optional(&mut self) -> Option<Option<String>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(self.text()?.to_owned())),
            _ => None,
        }
    }

    fn optional_number(&mut self) -> Option<Option<u64>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(self.number()?)),
            _ => None,
        }
    }

    fn map_run_update(&mut self) -> Option<MapRunUpdate> {
        let max_concurrency = self.optional_number()?.map(u32::try_from).transpose().ok()?;
        let tolerated_failure_count = self.optional_number()?;
        let tolerated_failure_percentage = self.optional_number()?.map(f64::from_bits);
        Some(MapRunUpdate { max_concurrency, tolerated_failure_count, tolerated_failure_percentage })
    }

    pub(crate) fn occurrence(&mut self) -> Option<Occurrence> {
        let at = Timestamp::from_micros(i64::from_le_bytes(self.fixed()?));
        let entropy = u64::from_le_bytes(self.fixed()?);
        let input = match self.byte()? {
            tag::STARTED => Input::Started { input: self.json()? },
            tag::TASK_SUCCEEDED => Input::TaskSucceeded { task: TaskId(self.small()?), output: self.json()? },
            tag::TASK_FAILED => Input::TaskFailed {
                task: TaskId(self.small()?),
                error: self.text()?.to_owned(),
                cause: self.text()?.to_owned(),
            },
            tag::TASK_SUBMITTED => Input::TaskSubmitted { task: TaskId(self.small()?), output: self.json()? },
            tag::TASK_ACCEPTED => Input::TaskAccepted { task: TaskId(self.small()?) },
            tag::TASK_REFUSED => {
                Input::TaskRefused { task: TaskId(self.small()?), cause: self.text()?.to_owned() }
            }
            tag::TASK_STARTED => Input::TaskStarted { task: TaskId(self.small()?), worker: self.optional()? },
            tag::TASK_HEARTBEAT => Input::TaskHeartbeat { task: TaskId(self.small()?) },
            tag::TIMER_FIRED => Input::TimerFired { timer: TimerId(self.small()?) },
            tag::CHILD_STOPPED => Input::ChildStopped {
                arn: self.text()?.to_owned(),
                error: self.optional()?,
                cause: self.optional()?,
            },
            tag::MAP_RUN_UPDATED => {
                Input::MapRunUpdated { arn: self.text()?.to_owned(), update: self.map_run_update()? }
            }
            tag::REDRIVEN => Input::Redriven,
            tag::STOPPED => Input::Stopped { error: self.optional()?, cause: self.optional()? },
            _ => return None,
        };
        Some(Occurrence { at, entropy, input })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_of_every_length_survive() {
        for shift in 0..64 {
            for number in [1_u64 << shift, (1 << shift) - 1, u64::MAX >> shift] {
                let mut bytes = Vec::new();
                put_number(&mut bytes, number);
                let mut reader = Reader::new(&bytes);
                assert_eq!((reader.number(), reader.is_empty()), (Some(number), true));
            }
        }
    }

    #[test]
    fn every_kind_of_occurrence_survives_and_its_truncations_are_noticed() {
        let long = "x".repeat(20_000);
        let inputs = [
            Input::Started { input: json!({"saga_id": "a", "n": 0.1, "long": long, "none": null}) },
            Input::TaskSucceeded { task: TaskId(300), output: json!([1, 2.5e-7, "é\u{0}"]) },
            Input::TaskFailed { task: TaskId(1), error: "Saga.Unknown".into(), cause: String::new() },
            Input::TaskSubmitted { task: TaskId(2), output: json!({"ExecutionArn": "arn"}) },
            Input::TaskAccepted { task: TaskId(3) },
            Input::TaskRefused { task: TaskId(4), cause: "no such activity".into() },
            Input::TaskStarted { task: TaskId(3), worker: Some("w".into()) },
            Input::TaskHeartbeat { task: TaskId(u32::MAX) },
            Input::TimerFired { timer: TimerId(7) },
            Input::MapRunUpdated {
                arn: "arn".into(),
                update: MapRunUpdate {
                    max_concurrency: Some(u32::MAX),
                    tolerated_failure_count: None,
                    tolerated_failure_percentage: Some(12.5),
                },
            },
            Input::ChildStopped { arn: "arn".into(), error: Some("E".into()), cause: None },
            Input::Redriven,
            Input::Stopped { error: None, cause: Some("by hand".into()) },
        ];
        for input in inputs {
            let occurrence =
                Occurrence { at: Timestamp::from_micros(-5), entropy: 0x0123_4567_89ab_cdef, input };
            let mut bytes = Vec::new();
            put_occurrence(&mut bytes, &occurrence);
            assert_eq!(Reader::new(&bytes).occurrence().as_ref(), Some(&occurrence));
            for length in 0..bytes.len().min(200) {
                assert_eq!(Reader::new(&bytes[..length]).occurrence(), None);
            }
        }
    }
}
