//! `Retry`: which errors are tried again, how often, and after how long.

use crate::error_name::ErrorName;
use crate::reader::Reader;

/// One entry of `Retry`. Each counts its own attempts.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrier {
    /// The errors that it is for.
    pub errors: Vec<ErrorName>,
    /// Seconds before the first retry.
    pub interval_seconds: u32,
    /// How many retries at most; zero forbids retrying.
    pub max_attempts: u32,
    /// By what the delay grows with each further retry.
    pub backoff_rate: f64,
    /// What the delay never exceeds, in seconds.
    pub max_delay_seconds: Option<u32>,
    /// Whether the delay is drawn at random.
    pub jitter: Jitter,
}

/// `JitterStrategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// The delay is as computed.
    None,
    /// The delay is anything between nothing and the computed one.
    Full,
}

/// The longest `MaxDelaySeconds`: 366 days.
const MAX_DELAY_SECONDS: u64 = 31_622_400;

impl Retrier {
    pub(crate) fn read(reader: &Reader<'_>) -> Self {
        let interval_seconds = reader.seconds("IntervalSeconds", 0).unwrap_or(1);
        let max_delay_seconds = reader.integer("MaxDelaySeconds", 1, MAX_DELAY_SECONDS);
        let backoff_rate = reader.float("BackoffRate", 1.0, f64::INFINITY).unwrap_or(2.0);
        Self {
            errors: reader.error_names(),
            interval_seconds,
            max_attempts: reader.seconds("MaxAttempts", 0).unwrap_or(3),
            backoff_rate,
            max_delay_seconds,
            jitter: match reader.string("JitterStrategy") {
                None | Some("NONE") => Jitter::None,
                Some("FULL") => Jitter::Full,
                Some(_) => {
                    reader.not_among("JitterStrategy", "NONE, FULL");
                    Jitter::None
                }
            },
        }
    }
}
