//! How long each of many sagas took.

use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::Load;
use crate::failure::Failure;

/// Latencies in order, and the time from the first start to the last end.
pub(super) struct Latencies {
    sorted: Vec<Duration>,
    pub(super) elapsed: Duration,
}

impl Latencies {
    /// Runs the load. `saga` starts the saga of this number and answers when it has ended.
    pub(super) async fn of<S>(load: Load, saga: impl Fn(u64) -> S) -> Result<Self, Failure>
    where
        S: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let began = Instant::now();
        let timed = |number| {
            let saga = saga(number);
            tokio::spawn(async move {
                let began = Instant::now();
                saga.await.map(|()| began.elapsed())
            })
        };
        let mut next = load.concurrency.min(load.sagas);
        let mut running: FuturesUnordered<_> = (0..next).map(timed).collect();
        let mut sorted = Vec::with_capacity(usize::try_from(load.sagas).unwrap_or(0));
        while let Some(latency) = running.next().await {
            sorted.push(latency.map_err(Failure::failed)??);
            if next < load.sagas {
                running.push(timed(next));
                next += 1;
            }
        }
        let elapsed = began.elapsed();
        sorted.sort_unstable();
        Ok(Self { sorted, elapsed })
    }

    /// The latency that this many of a thousand sagas do not exceed.
    pub(super) fn per_mille(&self, part: usize) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        let index = (self.sorted.len() * part / 1000).min(last);
        self.sorted.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_members_of_the_sample() {
        let sorted = (1..=100).map(Duration::from_millis).collect();
        let latencies = Latencies { sorted, elapsed: Duration::ZERO };
        assert_eq!(latencies.per_mille(500), Duration::from_millis(51));
        assert_eq!(latencies.per_mille(1000), Duration::from_millis(100));
    }
}
