//! Retry: whether a failed state is tried again, and after how long.
//!
//! The first retrier that names the error decides, even if it has no attempts left: that is how a retrier with
//! `MaxAttempts` 0 makes an error final.

use std::time::Duration;

use amends_asl::{Jitter, Retrier};

use super::failure::Failure;

/// Which retrier is to retry, and after how long; `None` if the error is final. Counts the retry.
pub(super) fn next_delay(
    retriers: &[Retrier],
    failure: &Failure,
    retries: &mut Vec<u32>,
    entropy: u64,
) -> Option<Duration> {
    let index = retriers.iter().position(|retrier| failure.is_among(&retrier.errors))?;
    let retrier = &retriers[index];
    retries.resize(retriers.len(), 0);
    let count = &mut retries[index];
    if *count >= retrier.max_attempts {
        return None;
    }
    let delay = delay(retrier, *count, entropy);
    *count += 1;
    Some(delay)
}

/// The delay before the retry after `count` others.
#[expect(clippy::cast_precision_loss, reason = "the 53 bits that a float holds are plenty of chance")]
fn delay(retrier: &Retrier, count: u32, entropy: u64) -> Duration {
    let cap = f64::from(retrier.max_delay_seconds.unwrap_or(MAX_DELAY_SECONDS).min(MAX_DELAY_SECONDS));
    let exponent = i32::try_from(count).unwrap_or(i32::MAX);
    let grown = f64::from(retrier.interval_seconds) * retrier.backoff_rate.powi(exponent);
    let seconds = grown.min(cap);
    let share = match retrier.jitter {
        Jitter::None => 1.0,
        Jitter::Full => (entropy >> 11) as f64 / (1_u64 << 53) as f64,
    };
    Duration::from_secs_f64(seconds * share)
}

/// An execution lasts a year at most, so no delay is longer.
const MAX_DELAY_SECONDS: u32 = 31_622_400;

#[cfg(test)]
mod tests {
    use amends_asl::ErrorName;

    use super::*;

    fn retrier(errors: &str, max_attempts: u32) -> Retrier {
        Retrier {
            errors: vec![ErrorName::from(errors)],
            interval_seconds: 3,
            max_attempts,
            backoff_rate: 2.0,
            max_delay_seconds: Some(10),
            jitter: Jitter::None,
        }
    }

    fn failure(error: &str) -> Failure {
        Failure::attempt(error, None)
    }

    #[test]
    fn delays_grow_to_the_cap_and_attempts_run_out() {
        let retriers = [retrier("States.ALL", 4)];
        let mut retries = Vec::new();
        let delays: Vec<_> = (0..5)
            .map(|_| next_delay(&retriers, &failure("E"), &mut retries, 0).map(|delay| delay.as_secs()))
            .collect();
        assert_eq!(delays, [Some(3), Some(6), Some(10), Some(10), None]);
        assert_eq!(retries, [4]);
    }

    #[test]
    fn each_retrier_counts_for_itself_and_the_first_that_matches_decides() {
        let retriers = [retrier("Final", 0), retrier("A", 1), retrier("States.ALL", 1)];
        let mut retries = Vec::new();
        let mut next = |error| next_delay(&retriers, &failure(error), &mut retries, 0).is_some();
        assert!(!next("Final"));
        assert!(next("A"));
        assert!(!next("A"));
        assert!(next("B"));
        assert!(!next("C"));
    }

    #[test]
    fn full_jitter_is_anything_up_to_the_delay() {
        let full = Retrier { jitter: Jitter::Full, ..retrier("States.ALL", 1) };
        assert_eq!(delay(&full, 0, 0), Duration::ZERO);
        assert_eq!(delay(&full, 0, 1 << 63), Duration::from_millis(1_500));
        assert!(delay(&full, 0, u64::MAX) > Duration::from_millis(2_999));
    }

    #[test]
    fn a_delay_past_all_bounds_is_a_year() {
        let wild = Retrier { backoff_rate: f64::MAX, max_delay_seconds: None, ..retrier("States.ALL", 9) };
        assert_eq!(delay(&wild, 99_999_998, 0), Duration::from_secs(u64::from(MAX_DELAY_SECONDS)));
    }
}
