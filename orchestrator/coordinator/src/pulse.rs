//! The pulse of engines that share a store: each counts its beats there, and sees whose count stands still.
//!
//! An engine is lost when this process has itself reached the store all the time and has seen no beat of it for long.
//! No time of another machine is compared, and an outage of the store makes nobody look dead.

use std::collections::HashMap;
use std::time::Duration;

use amends_store::{EngineBeat, Store, StoreError};
use amends_types::{Clock, EngineId};

/// Watches the other engines while its own beats.
#[derive(Debug)]
pub struct Pulse {
    engine: EngineId,
    lost_after: Duration,
    seen: HashMap<EngineId, Seen>,
    last_contact: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    beats: u64,
    since: Duration,
}

impl Pulse {
    /// How often [`Pulse::beat`] is to be called.
    pub const EVERY: Duration = Duration::from_secs(5);

    /// The pulse of `engine`. Another one is lost when its count has stood still for `lost_after`.
    pub fn new(engine: EngineId, lost_after: Duration) -> Self {
        Self { engine, lost_after, seen: HashMap::new(), last_contact: None }
    }

    /// Counts a beat; answers the engines that are lost.
    ///
    /// # Errors
    /// When the store fails: nobody is lost then, and the watch begins anew.
    pub async fn beat(&mut self, store: &dyn Store, clock: &dyn Clock) -> Result<Vec<EngineId>, StoreError> {
        let engine = self.engine;
        let beats = store.transact(move |tx| {
            tx.beat(engine)?;
            tx.engine_beats()
        });
        let beats = match beats.await {
            Ok(beats) => beats,
            Err(error) => {
                self.last_contact = None;
                return Err(error);
            }
        };
        let now = clock.monotonic();
        let most = 3 * Self::EVERY;
        if self.last_contact.replace(now).is_none_or(|last| now.saturating_sub(last) > most) {
            // Whoever was away itself cannot say that another one was.
            self.seen.clear();
        }
        let mut lost = Vec::new();
        for EngineBeat { engine, beats } in beats.into_iter().filter(|beat| beat.engine != self.engine) {
            let seen = self.seen.entry(engine).or_insert(Seen { beats, since: now });
            if seen.beats != beats {
                *seen = Seen { beats, since: now };
            }
            if now.saturating_sub(seen.since) >= self.lost_after {
                lost.push(engine);
            }
        }
        Ok(lost)
    }
}
