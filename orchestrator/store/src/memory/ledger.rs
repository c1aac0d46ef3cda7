//! Ledger rows in memory.

use amends_types::SagaId;

use super::MemoryTx;
use crate::{LedgerRow, LedgerStatus, LedgerTx, SagaState, StoreError};

impl LedgerTx for MemoryTx<'_> {
    fn ledger_row(&mut self, saga: &SagaId, step: &str) -> Result<Option<LedgerRow>, StoreError> {
        Ok(self.tables.ledger.rows().get(&(saga.clone(), step.to_owned())).cloned())
    }

    fn ledger_rows(&mut self, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        let from = self.tables.ledger.rows().range((saga.clone(), String::new())..);
        let rows = from.take_while(|((of, _), _)| of == saga).map(|(_, row)| row);
        Ok(in_order(rows, usize::MAX))
    }

    fn put_ledger_row(&mut self, row: &LedgerRow) -> Result<(), StoreError> {
        self.writing()?;
        self.tables.ledger.put((row.saga.clone(), row.step.clone()), row.clone());
        Ok(())
    }

    fn owed_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let now = self.now;
        let sagas = self.tables.sagas.rows();
        let owed = self.tables.ledger.rows().values().filter(|row| {
            row.best_effort
                && row.status == LedgerStatus::Started
                && row.lease.is_none_or(|lease| lease.until <= now)
                && after.is_none_or(|after| (&row.saga, row.position) > after)
                && sagas
                    .get(&row.saga)
                    .is_some_and(|saga| saga.state == SagaState::Committed && !saga.is_frozen())
        });
        Ok(in_order(owed, limit))
    }

    fn leased_rows(&mut self, limit: usize) -> Result<Vec<LedgerRow>, StoreError> {
        let leased = self.tables.ledger.rows().values().filter(|row| row.lease.is_some());
        Ok(in_order(leased, limit))
    }

    fn parked_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let parked = self.tables.ledger.rows().values().filter(|row| {
            row.status == LedgerStatus::Parked && after.is_none_or(|after| (&row.saga, row.position) > after)
        });
        Ok(in_order(parked, limit))
    }
}

/// The first rows in the order of sagas, and of steps within one.
fn in_order<'a>(rows: impl Iterator<Item = &'a LedgerRow>, limit: usize) -> Vec<LedgerRow> {
    let mut rows: Vec<_> = rows.cloned().collect();
    rows.sort_by(|a, b| (&a.saga, a.position).cmp(&(&b.saga, b.position)));
    rows.truncate(limit);
    rows
}
