//! Products in memory.

use std::ops::Bound;

use super::{MemoryTx, refuse};
use crate::{ProductRow, ProductsTx, StoreError};

impl ProductsTx for MemoryTx<'_> {
    fn product(&mut self, sku: &str) -> Result<Option<ProductRow>, StoreError> {
        Ok(self.tables.products.rows().get(sku).cloned())
    }

    fn insert_product(&mut self, row: &ProductRow) -> Result<bool, StoreError> {
        self.writing()?;
        row.check()?;
        if self.tables.products.rows().contains_key(&row.sku) {
            return Ok(false);
        }
        self.tables.products.put(row.sku.clone(), row.clone());
        Ok(true)
    }

    fn take_stock(&mut self, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        self.writing()?;
        let Some(row) = self.tables.products.rows().get(sku) else {
            return Ok(false);
        };
        let Some(free) = row.free.checked_sub(quantity) else {
            return Ok(false);
        };
        let row = ProductRow { free, ..row.clone() };
        self.tables.products.put(sku.to_owned(), row);
        Ok(true)
    }

    fn return_stock(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.writing()?;
        let row = self.tables.products.rows().get(sku).cloned();
        let returned = row.and_then(|row| {
            let free = row.free.checked_add(quantity).filter(|free| *free <= row.stocked)?;
            Some(ProductRow { free, ..row })
        });
        let row = returned.ok_or_else(|| refuse("product", sku, "never had so many in stock"))?;
        self.tables.products.put(sku.to_owned(), row);
        Ok(())
    }

    fn count_pruned(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.writing()?;
        let row = self.tables.products.rows().get(sku).cloned();
        let row = row.ok_or_else(|| refuse("product", sku, "is not there"))?;
        let pruned = row.pruned.saturating_add(quantity);
        self.tables.products.put(sku.to_owned(), ProductRow { pruned, ..row });
        Ok(())
    }

    fn products(&mut self, after: Option<&str>, limit: usize) -> Result<Vec<ProductRow>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.products.rows().range::<str, _>((from, Bound::Unbounded));
        Ok(rows.take(limit).map(|(_, row)| row.clone()).collect())
    }
}
