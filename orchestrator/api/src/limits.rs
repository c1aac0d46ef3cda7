//! Limits on what a client can ask for, and on how slowly.

use std::num::NonZeroU32;
use std::time::Duration;

/// All limits of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a body.
    pub body_bytes: usize,
    /// The most bytes of a request's head.
    pub head_bytes: usize,
    /// The most header fields.
    pub header_fields: usize,
    /// How long a client may take to send a head.
    pub head_time: Duration,
    /// How long a client may take to send a body.
    pub body_time: Duration,
    /// How long a request may take in all, long polls and event streams excepted.
    pub request_time: Duration,
    /// How many connections there are at once; more wait to be accepted.
    pub connections: usize,
    /// How many requests are worked on at once; more are refused.
    pub requests: usize,
    /// How many clients wait for an end at once, by long poll or event stream; more are refused.
    pub waiters: usize,
    /// The longest that a long poll waits.
    pub wait: Duration,
    /// How many sagas may be open in this process before orders are refused.
    pub open_sagas: usize,
    /// How many requests a second each client has on average.
    pub rate_per_second: NonZeroU32,
    /// How many requests a client may make at once beyond that.
    pub burst: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            body_bytes: 1024 * 1024,
            head_bytes: 16 * 1024,
            header_fields: 64,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(20),
            request_time: Duration::from_secs(30),
            connections: 4096,
            requests: 1024,
            waiters: 4096,
            wait: Duration::from_secs(60),
            open_sagas: 50_000,
            rate_per_second: at_least_one(2_000),
            burst: at_least_one(4_000),
        }
    }
}
