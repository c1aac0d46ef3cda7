//! The outbox. Several relays read it: each skips the rows that another one is just claiming.

use amends_store::{OutboxRow, OutboxTx, StoreError, Tx};
use amends_types::{EngineId, RunName, Timestamp};

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, limit, refused};

const INSERT: &str = "
    INSERT INTO outbox (machine, run, saga, created, engine, claimed_until, input)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (machine, run) DO NOTHING";
const DELETE: &str = "DELETE FROM outbox WHERE machine = $1 AND run = $2";
const SELECT_OLDEST: &str = "
    SELECT machine, run, saga, created, engine, claimed_until, input FROM outbox
    ORDER BY created, machine, run LIMIT $1";
const CLAIM: &str = "
    WITH next AS (
        SELECT machine, run FROM outbox
        WHERE engine IS NOT DISTINCT FROM $1 AND (claimed_until IS NULL OR claimed_until <= $2)
        ORDER BY created, machine, run LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox AS o SET claimed_until = $4 FROM next WHERE o.machine = next.machine AND o.run = next.run
    RETURNING o.machine, o.run, o.saga, o.created, o.engine, o.claimed_until, o.input";
const RELEASE: &str = "
    UPDATE outbox SET claimed_until = NULL WHERE engine IS NOT DISTINCT FROM $1 AND claimed_until IS NOT NULL";

impl Stored for OutboxRow {
    const TABLE: &'static str = "outbox";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            machine: columns.text()?,
            run: columns.parse(|text| text.parse().ok())?,
            saga: columns.parse(|text| text.parse().ok())?,
            created: columns.time()?,
            engine: columns.parse_option(|text| text.parse().ok())?,
            claimed_until: columns.time_option()?,
            input: columns.text()?,
        })
    }
}

impl OutboxTx for PostgresTx<'_> {
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        let statement = sqlx::query(INSERT)
            .bind(stored(&row.machine))
            .bind(row.run.as_str())
            .bind(row.saga.as_str())
            .bind(row.created.as_micros())
            .bind(engine_text(row.engine))
            .bind(row.claimed_until.map(Timestamp::as_micros))
            .bind(stored(&row.input));
        match self.change(statement)? {
            0 => Err(refused("outbox row", row.run.as_str(), "is there already")),
            _ => Ok(()),
        }
    }

    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError> {
        self.change(sqlx::query(DELETE).bind(stored(machine)).bind(run.as_str())).map(drop)
    }

    fn claim_outbox(
        &mut self,
        engine: Option<EngineId>,
        until: Timestamp,
        rows: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.require_writing()?;
        let now = self.now().as_micros();
        let statement =
            sqlx::query(CLAIM).bind(engine_text(engine)).bind(now).bind(limit(rows)).bind(until.as_micros());
        let mut claimed: Vec<OutboxRow> = self.change_and_read(statement)?;
        claimed.sort_by(|a, b| (a.created, &a.machine, &a.run).cmp(&(b.created, &b.machine, &b.run)));
        Ok(claimed)
    }

    fn release_outbox(&mut self, engine: Option<EngineId>) -> Result<(), StoreError> {
        self.change(sqlx::query(RELEASE).bind(engine_text(engine))).map(drop)
    }

    fn outbox(&mut self, rows: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.many(sqlx::query(SELECT_OLDEST).bind(limit(rows)))
    }
}

fn engine_text(engine: Option<EngineId>) -> Option<String> {
    engine.map(|engine| engine.to_string())
}
