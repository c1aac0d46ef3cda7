//! Reservations in memory.

use amends_types::SagaId;

use super::{MemoryTx, refuse};
use crate::{ReservationRow, ReservationsTx, SagaState, StoreError};

impl ReservationsTx for MemoryTx<'_> {
    fn reservations(&mut self, saga: &SagaId) -> Result<Vec<ReservationRow>, StoreError> {
        let rows = self.tables.reservations.rows().range((saga.clone(), String::new())..);
        Ok(rows.take_while(|((of, _), _)| of == saga).map(|(_, row)| row.clone()).collect())
    }

    fn insert_reservation(&mut self, row: &ReservationRow) -> Result<(), StoreError> {
        self.writing()?;
        row.check()?;
        let key = (row.saga.clone(), row.sku.clone());
        if self.tables.reservations.rows().contains_key(&key) {
            return Err(refuse("reservation of", &row.sku, "is there already"));
        }
        self.tables.reservations.put(key, row.clone());
        Ok(())
    }

    fn release_reservations(&mut self, saga: &SagaId) -> Result<(), StoreError> {
        self.writing()?;
        for row in self.reservations(saga)? {
            let key = (row.saga.clone(), row.sku.clone());
            self.tables.reservations.put(key, ReservationRow { released: true, ..row });
        }
        Ok(())
    }

    fn held_stock(&mut self, sku: &str) -> Result<(u64, u64), StoreError> {
        let held = self.tables.reservations.rows().values().filter(|row| row.sku == sku && !row.released);
        let pruned = self.tables.products.rows().get(sku).map_or(0, |product| product.pruned);
        Ok(held.fold((0, pruned), |(reserved, sold), row| {
            let saga = self.tables.sagas.rows().get(&row.saga);
            match saga.is_some_and(|saga| saga.state == SagaState::Committed) {
                true => (reserved, sold + row.quantity),
                false => (reserved + row.quantity, sold),
            }
        }))
    }
}
