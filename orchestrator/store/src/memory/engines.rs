//! Engines in memory.

use amends_types::EngineId;

use super::MemoryTx;
use crate::{EngineBeat, EnginesTx, StoreError};

impl EnginesTx for MemoryTx<'_> {
    fn beat(&mut self, engine: EngineId) -> Result<u64, StoreError> {
        self.writing()?;
        let beats = self.tables.engines.rows().get(&engine).map_or(0, |beats| *beats) + 1;
        self.tables.engines.put(engine, beats);
        Ok(beats)
    }

    fn engine_beats(&mut self) -> Result<Vec<EngineBeat>, StoreError> {
        let engines = self.tables.engines.rows().iter();
        Ok(engines.map(|(engine, beats)| EngineBeat { engine: *engine, beats: *beats }).collect())
    }
}
