//! Stubs in memory.

use std::ops::Bound;

use amends_types::{SagaId, Timestamp};

use super::{MemoryTx, refuse};
use crate::{LedgerTx, ReservationsTx, StoreError, StubRow, StubsTx};

impl StubsTx for MemoryTx<'_> {
    fn stub(&mut self, id: &SagaId) -> Result<Option<StubRow>, StoreError> {
        Ok(self.tables.stubs.rows().get(id).cloned())
    }

    fn replace_by_stub(&mut self, stub: &StubRow) -> Result<(), StoreError> {
        self.writing()?;
        if !self.tables.sagas.rows().contains_key(&stub.id) {
            return Err(refuse("saga", stub.id.as_str(), "is not there"));
        }
        for row in self.ledger_rows(&stub.id)? {
            self.tables.ledger.remove(&(row.saga, row.step));
        }
        for row in self.reservations(&stub.id)? {
            self.tables.reservations.remove(&(row.saga, row.sku));
        }
        self.tables.orders.remove(&stub.id);
        self.tables.sagas.remove(&stub.id);
        self.tables.stubs.put(stub.id.clone(), stub.clone());
        Ok(())
    }

    fn ended_before(
        &mut self,
        time: Timestamp,
        after: Option<&SagaId>,
        limit: usize,
    ) -> Result<Vec<SagaId>, StoreError> {
        let from = after.cloned().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.sagas.rows().range((from, Bound::Unbounded)).map(|(_, row)| row);
        let ended = rows.filter(|row| row.state.is_final() && row.ended.is_some_and(|ended| ended < time));
        Ok(ended.take(limit).map(|row| row.id.clone()).collect())
    }
}
