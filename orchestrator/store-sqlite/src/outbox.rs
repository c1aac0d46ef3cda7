//! The outbox.

use amends_store::{OutboxRow, OutboxTx, StoreError, Tx};
use amends_types::{EngineId, RunName, Timestamp};

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit, refused};

pub(crate) const INSERT: &str = "
    INSERT INTO outbox (machine, run, saga, created, input, engine, claimed_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (machine, run) DO NOTHING";
pub(crate) const DELETE: &str = "DELETE FROM outbox WHERE machine = ?1 AND run = ?2";
pub(crate) const SELECT_OLDEST: &str = "
    SELECT machine, run, saga, created, input, engine, claimed_until FROM outbox
    ORDER BY created, machine, run LIMIT ?1";
// The writer runs one transaction at a time: nobody else claims in between.
pub(crate) const SELECT_UNCLAIMED: &str = "
    SELECT machine, run, saga, created, input, engine, claimed_until FROM outbox
    WHERE engine IS ?1 AND (claimed_until IS NULL OR claimed_until <= ?2) ORDER BY created, machine, run LIMIT ?3";
pub(crate) const CLAIM: &str = "UPDATE outbox SET claimed_until = ?3 WHERE machine = ?1 AND run = ?2";
pub(crate) const RELEASE: &str =
    "UPDATE outbox SET claimed_until = NULL WHERE engine IS ?1 AND claimed_until IS NOT NULL";

impl Stored for OutboxRow {
    const TABLE: &'static str = "outbox";
    const KEYS: usize = 2;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            machine: columns.take()?,
            run: columns.parse(|text| text.parse().ok())?,
            saga: columns.parse(|text| text.parse().ok())?,
            created: columns.time()?,
            input: columns.take()?,
            engine: columns.parse_option(|text| text.parse().ok())?,
            claimed_until: columns.time_option()?,
        })
    }
}

impl OutboxTx for SqliteTx<'_> {
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        let created = row.created.as_micros();
        let (engine, claimed) = (engine_text(row.engine), row.claimed_until.map(Timestamp::as_micros));
        let (run, saga) = (row.run.as_str(), row.saga.as_str());
        let values = (&row.machine, run, saga, created, &row.input, engine, claimed);
        match self.change(INSERT, values)? {
            0 => Err(refused("outbox row", row.run.as_str(), "is there already")),
            _ => Ok(()),
        }
    }

    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError> {
        self.change(DELETE, (machine, run.as_str())).map(drop)
    }

    fn claim_outbox(
        &mut self,
        engine: Option<EngineId>,
        until: Timestamp,
        rows: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.require_writing()?;
        let now = self.now().as_micros();
        let mut claimed: Vec<OutboxRow> =
            self.many(SELECT_UNCLAIMED, (engine_text(engine), now, limit(rows)))?;
        for row in &mut claimed {
            row.claimed_until = Some(until);
            self.change(CLAIM, (&row.machine, row.run.as_str(), until.as_micros()))?;
        }
        Ok(claimed)
    }

    fn release_outbox(&mut self, engine: Option<EngineId>) -> Result<(), StoreError> {
        self.change(RELEASE, (engine_text(engine),)).map(drop)
    }

    fn outbox(&mut self, rows: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.many(SELECT_OLDEST, (limit(rows),))
    }
}

fn engine_text(engine: Option<EngineId>) -> Option<String> {
    engine.map(|engine| engine.to_string())
}
