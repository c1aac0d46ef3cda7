//! Saga rows in memory.

use std::ops::Bound;

use amends_types::SagaId;

use super::{MemoryTx, refuse};
use crate::{SagaLock, SagaQuery, SagaRow, SagasTx, StoreError};

impl SagasTx for MemoryTx<'_> {
    fn saga(&mut self, id: &SagaId, _lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        Ok(self.tables.sagas.rows().get(id).cloned())
    }

    fn insert_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        self.writing()?;
        if self.tables.sagas.rows().contains_key(&row.id) {
            return Err(refuse("saga", row.id.as_str(), "is there already"));
        }
        self.tables.sagas.put(row.id.clone(), row.clone());
        Ok(())
    }

    fn update_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        self.writing()?;
        if !self.tables.sagas.rows().contains_key(&row.id) {
            return Err(refuse("saga", row.id.as_str(), "is not there"));
        }
        self.tables.sagas.put(row.id.clone(), row.clone());
        Ok(())
    }

    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        let from = query.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.sagas.rows().range((from, Bound::Unbounded)).map(|(_, row)| row);
        let wanted = rows.filter(|row| query.wants(row));
        Ok(wanted.take(query.limit).cloned().collect())
    }
}
