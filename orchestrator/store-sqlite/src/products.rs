//! Products.
//!
//! Stock is taken by one conditional `UPDATE`: whether there is enough is asked by the statement that takes it.

use amends_store::{MAX_STOCK, ProductRow, ProductsTx, StoreError};
use amends_types::Money;
use rusqlite::params;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit, refused};

pub(crate) const SELECT: &str =
    "SELECT sku, name, price_minor, price_currency, stocked, free, pruned FROM products WHERE sku = ?1";
pub(crate) const PAGE_FIRST: &str = "SELECT sku, name, price_minor, price_currency, stocked, free, pruned FROM products ORDER BY sku LIMIT ?1";
pub(crate) const PAGE_AFTER: &str = "
    SELECT sku, name, price_minor, price_currency, stocked, free, pruned FROM products
    WHERE sku > ?1 ORDER BY sku LIMIT ?2";
pub(crate) const INSERT: &str = "
    INSERT INTO products (sku, name, price_minor, price_currency, stocked, free, pruned)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (sku) DO NOTHING";
pub(crate) const TAKE: &str = "UPDATE products SET free = free - ?2 WHERE sku = ?1 AND free >= ?2";
pub(crate) const COUNT_PRUNED: &str = "UPDATE products SET pruned = pruned + ?2 WHERE sku = ?1";
pub(crate) const RETURN: &str =
    "UPDATE products SET free = free + ?2 WHERE sku = ?1 AND stocked - free >= ?2";

impl Stored for ProductRow {
    const TABLE: &'static str = "products";
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sku: columns.take()?,
            name: columns.take()?,
            price: Money { minor: columns.take()?, currency: columns.parse(|text| text.parse().ok())? },
            stocked: columns.take::<i64>()?.cast_unsigned(),
            free: columns.take::<i64>()?.cast_unsigned(),
            pruned: columns.take::<i64>()?.cast_unsigned(),
        })
    }
}

impl ProductsTx for SqliteTx<'_> {
    fn product(&mut self, sku: &str) -> Result<Option<ProductRow>, StoreError> {
        self.one(SELECT, (sku,))
    }

    fn insert_product(&mut self, row: &ProductRow) -> Result<bool, StoreError> {
        self.require_writing()?;
        row.check()?;
        let (stocked, free) = (row.stocked.cast_signed(), row.free.cast_signed());
        let pruned = row.pruned.min(MAX_STOCK).cast_signed();
        let values =
            params![row.sku, row.name, row.price.minor, row.price.currency.code(), stocked, free, pruned];
        Ok(self.change(INSERT, values)? > 0)
    }

    fn take_stock(&mut self, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        self.require_writing()?;
        // More than a product can have is more than is free.
        let Ok(quantity) = i64::try_from(quantity) else {
            return Ok(false);
        };
        Ok(self.change(TAKE, (sku, quantity))? > 0)
    }

    fn return_stock(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.require_writing()?;
        let returned = match i64::try_from(quantity) {
            Ok(quantity) => self.change(RETURN, (sku, quantity))?,
            Err(_) => 0,
        };
        match returned {
            0 => Err(refused("product", sku, "never had so many in stock")),
            _ => Ok(()),
        }
    }

    fn count_pruned(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.require_writing()?;
        match self.change(COUNT_PRUNED, (sku, quantity.min(MAX_STOCK).cast_signed()))? {
            0 => Err(refused("product", sku, "is not there")),
            _ => Ok(()),
        }
    }

    fn products(&mut self, after: Option<&str>, rows: usize) -> Result<Vec<ProductRow>, StoreError> {
        match after {
            // A SKU may be empty: no text is before the first.
            None => self.many(PAGE_FIRST, (limit(rows),)),
            Some(after) => self.many(PAGE_AFTER, (after, limit(rows))),
        }
    }
}
