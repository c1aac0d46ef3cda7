//! How often and how patiently something is tried again.
//!
//! Everything is `const`, because the time ladder is asserted while the program is compiled.

/// The retries of a Step Functions retrier, as whole numbers.
///
/// The source of the fields is the Amazon States Language specification, "Retrying after error".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Seconds before the first retry (`IntervalSeconds`).
    pub interval_seconds: u32,
    /// Ten times the factor from one delay to the next (`BackoffRate`): 20 doubles.
    pub rate_tenths: u32,
    /// No delay is longer (`MaxDelaySeconds`).
    pub max_delay_seconds: u32,
    /// How many retries (`MaxAttempts`).
    pub attempts: u32,
}

impl Backoff {
    /// The sum of all delays in seconds, without jitter, rounded down.
    pub const fn span_seconds(&self) -> u64 {
        let cap = self.max_delay_seconds as u64 * 1000;
        let mut delay = self.interval_seconds as u64 * 1000;
        let (mut sum, mut retry) = (0, 0);
        while retry < self.attempts {
            sum += if delay < cap { delay } else { cap };
            delay = if delay < cap { delay * self.rate_tenths as u64 / 10 } else { cap };
            retry += 1;
        }
        sum / 1000
    }

    /// The same delays, with just enough attempts for their sum to exceed `seconds`.
    pub const fn spanning_more_than(mut self, seconds: u64) -> Self {
        assert!(self.interval_seconds > 0 && self.max_delay_seconds > 0, "a backoff needs delays");
        self.attempts = 1;
        while self.span_seconds() <= seconds {
            self.attempts += 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBLING: Backoff =
        Backoff { interval_seconds: 1, rate_tenths: 20, max_delay_seconds: 8, attempts: 6 };

    #[test]
    fn delays_grow_to_the_cap_and_add_up() {
        // 1 + 2 + 4 + 8 + 8 + 8
        assert_eq!(DOUBLING.span_seconds(), 31);
    }

    #[test]
    fn as_many_attempts_as_a_span_needs_and_no_more() {
        let check = |seconds, attempts| {
            assert_eq!(DOUBLING.spanning_more_than(seconds).attempts, attempts, "{seconds}");
        };
        check(0, 1);
        check(1, 2);
        check(30, 6);
        check(31, 7);
    }
}
