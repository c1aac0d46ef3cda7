//! Engines that work on one store, each with a pulse.
//!
//! A coordinator that embeds its engine counts a beat every few seconds. Others see that the count stands still and
//! conclude, by their own clock, that the engine is lost: no time is written, so no clock that is off and no outage of
//! the store makes an engine look dead.

use amends_types::EngineId;

use crate::StoreError;

/// An engine and how often its heart has beaten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineBeat {
    /// Which engine.
    pub engine: EngineId,
    /// How often.
    pub beats: u64,
}

/// Engines in a transaction.
pub trait EnginesTx {
    /// Counts a beat of an engine, whose first it may be; answers how many there are.
    ///
    /// # Behaviour
    /// - Beats of an engine are counted.
    ///
    /// # Errors
    /// When the store fails.
    fn beat(&mut self, engine: EngineId) -> Result<u64, StoreError>;

    /// Every engine that has ever beaten, in the order of ids.
    ///
    /// # Errors
    /// When the store fails.
    fn engine_beats(&mut self) -> Result<Vec<EngineBeat>, StoreError>;
}
