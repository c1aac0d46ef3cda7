//! Engines.

use amends_store::{EngineBeat, EnginesTx, StoreError};
use amends_types::EngineId;

use crate::columns::{Columns, Stored};
use crate::tx::PostgresTx;

const BEAT: &str = "
    INSERT INTO engines (engine, beats) VALUES ($1, 1) ON CONFLICT (engine) DO UPDATE SET beats = engines.beats + 1
    RETURNING engine, beats";
const SELECT: &str = "SELECT engine, beats FROM engines ORDER BY engine";

impl Stored for EngineBeat {
    const TABLE: &'static str = "engines";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self { engine: columns.parse(|text| text.parse().ok())?, beats: columns.quantity()? })
    }
}

impl EnginesTx for PostgresTx<'_> {
    fn beat(&mut self, engine: EngineId) -> Result<u64, StoreError> {
        let beaten: Vec<EngineBeat> = self.change_and_read(sqlx::query(BEAT).bind(engine.to_string()))?;
        let beaten = beaten.first();
        beaten
            .map(|beat| beat.beats)
            .ok_or_else(|| StoreError::Unavailable("the beat was not counted".to_owned()))
    }

    fn engine_beats(&mut self) -> Result<Vec<EngineBeat>, StoreError> {
        self.many(sqlx::query(SELECT))
    }
}
