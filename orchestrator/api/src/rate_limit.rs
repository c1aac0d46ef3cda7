//! The rate limit of each client: by token, or by address where there are none.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::Limits;
use crate::problem::{Kind, Problem};

/// How many clients are remembered before those that were quiet are forgotten.
const MOST_CLIENTS: usize = 10_000;

pub(crate) struct RateLimit {
    limiter: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl RateLimit {
    pub(crate) fn new(limits: &Limits) -> Self {
        let quota = Quota::per_second(limits.rate_per_second).allow_burst(limits.burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Refuses a request of a client that asks too fast.
    pub(crate) fn check(&self, client: &str) -> Result<(), Problem> {
        if self.limiter.len() > MOST_CLIENTS {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&client.to_owned()).map_err(|later| {
            let wait = later.wait_time_from(self.clock.now());
            let detail = "this client asks too fast; wait as long as Retry-After says";
            Problem::new(Kind::TooManyRequests, detail).retry_after(wait.as_secs() + 1)
        })
    }
}
