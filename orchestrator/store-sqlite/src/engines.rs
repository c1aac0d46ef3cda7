//! Engines.

use amends_store::{EngineBeat, EnginesTx, StoreError};
use amends_types::EngineId;

use crate::columns::{Columns, Stored};
use crate::tx::SqliteTx;

pub(crate) const BEAT: &str = "
    INSERT INTO engines (engine, beats) VALUES (?1, 1) ON CONFLICT (engine) DO UPDATE SET beats = beats + 1
    RETURNING engine, beats";
pub(crate) const SELECT: &str = "SELECT engine, beats FROM engines ORDER BY engine";

impl Stored for EngineBeat {
    const TABLE: &'static str = "engines";
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            engine: columns.parse(|text| text.parse().ok())?,
            beats: columns.take::<i64>()?.cast_unsigned(),
        })
    }
}

impl EnginesTx for SqliteTx<'_> {
    fn beat(&mut self, engine: EngineId) -> Result<u64, StoreError> {
        self.require_writing()?;
        let beaten: Option<EngineBeat> = self.one(BEAT, (engine.to_string(),))?;
        let beaten = beaten.ok_or_else(|| StoreError::Unavailable("the beat was not counted".to_owned()))?;
        Ok(beaten.beats)
    }

    fn engine_beats(&mut self) -> Result<Vec<EngineBeat>, StoreError> {
        self.many(SELECT, ())
    }
}
