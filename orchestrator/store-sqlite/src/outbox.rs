//! The outbox.

use amends_store::{OutboxRow, OutboxTx, StoreError};
use amends_types::RunName;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit, refused};

pub(crate) const INSERT: &str = "
    INSERT INTO outbox (machine, run, saga, created, input) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (machine, run) DO NOTHING";
pub(crate) const DELETE: &str = "DELETE FROM outbox WHERE machine = ?1 AND run = ?2";
pub(crate) const SELECT_OLDEST: &str =
    "SELECT machine, run, saga, created, input FROM outbox ORDER BY created, machine, run LIMIT ?1";

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
        })
    }
}

impl OutboxTx for SqliteTx<'_> {
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        let created = row.created.as_micros();
        let values = (&row.machine, row.run.as_str(), row.saga.as_str(), created, &row.input);
        match self.change(INSERT, values)? {
            0 => Err(refused("outbox row", row.run.as_str(), "is there already")),
            _ => Ok(()),
        }
    }

    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError> {
        self.change(DELETE, (machine, run.as_str())).map(drop)
    }

    fn outbox(&mut self, rows: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.many(SELECT_OLDEST, (limit(rows),))
    }
}
