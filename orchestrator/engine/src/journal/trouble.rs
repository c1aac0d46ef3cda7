//! What goes wrong again and again, told now and then.

use std::time::{Duration, Instant};

/// How often the same trouble is told.
const EVERY: Duration = Duration::from_secs(60);

/// Something that fails and is tried again.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    told: Option<Instant>,
}

impl Trouble {
    /// Logs the reason, unless one was logged within the last minute.
    pub(crate) fn tell(&mut self, reason: &str) {
        if self.is_due(Instant::now()) {
            tracing::error!(
                reason,
                "finished executions cannot be archived; they stay in the journal, and it is tried again"
            );
        }
    }

    /// It works again: the next failure is told at once.
    pub(crate) fn is_over(&mut self) {
        if self.told.take().is_some() {
            tracing::info!("finished executions are archived again");
        }
    }

    fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.told.is_none_or(|told| now.duration_since(told) >= EVERY);
        if is_due {
            self.told = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_the_first_time_and_then_every_minute() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        let told = |trouble: &mut Trouble, seconds: &[u64]| -> Vec<u64> {
            let is_due = |at: &u64| trouble.is_due(start + Duration::from_secs(*at));
            seconds.iter().copied().filter(is_due).collect()
        };
        assert_eq!(told(&mut trouble, &[0, 1, 30, 59, 60, 61, 119, 120, 500]), [0, 60, 120, 500]);
        trouble.is_over();
        assert_eq!(told(&mut trouble, &[501, 502]), [501]);
    }
}
