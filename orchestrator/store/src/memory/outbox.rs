//! The outbox in memory.

use amends_types::{EngineId, RunName, Timestamp};

use super::{MemoryTx, refuse};
use crate::{OutboxRow, OutboxTx, StoreError, Tx};

impl OutboxTx for MemoryTx<'_> {
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        self.writing()?;
        let key = (row.machine.clone(), row.run.clone());
        if self.tables.outbox.rows().contains_key(&key) {
            return Err(refuse("outbox row", row.run.as_str(), "is there already"));
        }
        self.tables.outbox.put(key, row.clone());
        Ok(())
    }

    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError> {
        self.writing()?;
        self.tables.outbox.remove(&(machine.to_owned(), run.clone()));
        Ok(())
    }

    fn claim_outbox(
        &mut self,
        engine: Option<EngineId>,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.writing()?;
        let now = self.now();
        let mut rows = self.outbox(usize::MAX)?;
        rows.retain(|row| row.engine == engine && row.claimed_until.is_none_or(|until| until <= now));
        rows.truncate(limit);
        for row in &mut rows {
            row.claimed_until = Some(until);
            self.tables.outbox.put((row.machine.clone(), row.run.clone()), row.clone());
        }
        Ok(rows)
    }

    fn release_outbox(&mut self, engine: Option<EngineId>) -> Result<(), StoreError> {
        self.writing()?;
        for row in self.outbox(usize::MAX)? {
            if row.engine == engine && row.claimed_until.is_some() {
                let key = (row.machine.clone(), row.run.clone());
                self.tables.outbox.put(key, OutboxRow { claimed_until: None, ..row });
            }
        }
        Ok(())
    }

    fn outbox(&mut self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        let mut rows: Vec<_> = self.tables.outbox.rows().values().cloned().collect();
        rows.sort_by_key(|row| row.created);
        rows.truncate(limit);
        Ok(rows)
    }
}
