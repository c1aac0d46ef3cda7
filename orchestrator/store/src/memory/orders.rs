//! Orders in memory.

use amends_types::{Personal, SagaId, Timestamp};

use super::{MemoryTx, refuse};
use crate::{Customer, OrderQuery, OrderRow, OrdersTx, SagaState, StoreError};

impl OrdersTx for MemoryTx<'_> {
    fn order(&mut self, id: &SagaId) -> Result<Option<OrderRow>, StoreError> {
        Ok(self.tables.orders.rows().get(id).cloned())
    }

    fn insert_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        self.writing()?;
        if self.tables.orders.rows().contains_key(&row.id) {
            return Err(refuse("order", row.id.as_str(), "is there already"));
        }
        if let Some(key) = &row.idempotency_key
            && self.order_by_key(key)?.is_some()
        {
            return Err(refuse("order", row.id.as_str(), "has the key of another"));
        }
        self.tables.orders.put(row.id.clone(), row.clone());
        Ok(())
    }

    fn update_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        self.writing()?;
        let Some(old) = self.tables.orders.rows().get(&row.id).cloned() else {
            return Err(refuse("order", row.id.as_str(), "is not there"));
        };
        let new = OrderRow { status: row.status, priced: row.priced.clone(), total: row.total, ..old };
        self.tables.orders.put(row.id.clone(), new);
        Ok(())
    }

    fn order_by_key(&mut self, key: &str) -> Result<Option<OrderRow>, StoreError> {
        let mut orders = self.tables.orders.rows().values();
        Ok(orders.find(|order| order.idempotency_key.as_deref() == Some(key)).cloned())
    }

    fn order_page(&mut self, query: &OrderQuery) -> Result<Vec<(OrderRow, SagaState)>, StoreError> {
        let mut rows: Vec<_> = self.tables.orders.rows().values().collect();
        rows.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        let wanted = rows.into_iter().filter(|row| {
            query.customer.as_ref().is_none_or(|customer| row.customer.id == *customer)
                && query.created_from.is_none_or(|from| from <= row.created)
                && query.created_before.is_none_or(|before| row.created < before)
                && query.after.as_ref().is_none_or(|(created, id)| (row.created, &row.id) < (*created, id))
        });
        let sagas = self.tables.sagas.rows();
        let with_state = wanted.filter_map(|row| Some((row.clone(), sagas.get(&row.id)?.state)));
        let of_state = with_state.filter(|(_, state)| query.state.is_none_or(|wanted| wanted == *state));
        Ok(of_state.take(query.limit).collect())
    }

    fn erase_order(&mut self, id: &SagaId, customer: &str, at: Timestamp) -> Result<(), StoreError> {
        self.writing()?;
        let Some(old) = self.tables.orders.rows().get(id).cloned() else {
            return Err(refuse("order", id.as_str(), "is not there"));
        };
        let customer = Customer { id: customer.to_owned(), email: Personal::new(String::new()), phone: None };
        let payment_method = Personal::new(String::new());
        self.tables.orders.put(id.clone(), OrderRow { customer, payment_method, erased: Some(at), ..old });
        Ok(())
    }

    fn orders_without_saga(&mut self, limit: usize) -> Result<Vec<SagaId>, StoreError> {
        let sagas = self.tables.sagas.rows();
        let alone = self.tables.orders.rows().keys().filter(|id| !sagas.contains_key(*id));
        Ok(alone.take(limit).cloned().collect())
    }
}
