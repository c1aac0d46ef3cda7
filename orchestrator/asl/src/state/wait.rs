//! Wait: until a time, or for a time.

use crate::path::Path;
use crate::reader::Reader;
use crate::state::{Names, Transition};
use crate::timestamp::Instant;

/// A Wait state.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// What it waits for.
    pub until: WaitFor,
    /// Where to go then.
    pub next: Transition,
}

/// What a Wait state waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitFor {
    /// `Seconds`.
    Seconds(u32),
    /// `SecondsPath`.
    SecondsAt(Path),
    /// `Timestamp`.
    Timestamp(Instant),
    /// `TimestampPath`.
    TimestampAt(Path),
}

impl Wait {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        let fields = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
        let given = fields.iter().filter(|field| reader.has(field)).count();
        if given != 1 {
            reader.error(&format!("Exactly one of these fields is required: [{}]", fields.join(", ")));
        }
        let seconds = reader.seconds("Seconds", 0).map(WaitFor::Seconds);
        let seconds_at = reader.reference_path("SecondsPath").map(WaitFor::SecondsAt);
        let timestamp = read_timestamp(reader).map(WaitFor::Timestamp);
        let timestamp_at = reader.reference_path("TimestampPath").map(WaitFor::TimestampAt);
        let next = Transition::read(reader, names)?;
        Some(Self { until: seconds.or(seconds_at).or(timestamp).or(timestamp_at)?, next })
    }
}

fn read_timestamp(reader: &Reader<'_>) -> Option<Instant> {
    let text = reader.string("Timestamp")?;
    let timestamp = Instant::parse(text);
    if timestamp.is_none() {
        reader.error_at("Timestamp", "String does not match RFC3339 timestamp");
    }
    timestamp
}
