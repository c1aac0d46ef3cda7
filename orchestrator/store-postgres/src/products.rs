//! Products.
//!
//! Stock is taken by one conditional `UPDATE`: whether there is enough is asked by the statement that takes it.

use amends_store::{MAX_STOCK, ProductRow, ProductsTx, StoreError};
use amends_types::Money;

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, limit, refused};

const SELECT: &str =
    "SELECT sku, name, price_minor, price_currency, stocked, free, pruned FROM products WHERE sku = $1";
const PAGE: &str = "
    SELECT sku, name, price_minor, price_currency, stocked, free, pruned FROM products
    WHERE $1::TEXT IS NULL OR sku > $1 ORDER BY sku LIMIT $2";
const INSERT: &str = "
    INSERT INTO products (sku, name, price_minor, price_currency, stocked, free, pruned)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (sku) DO NOTHING";
const TAKE: &str = "UPDATE products SET free = free - $2 WHERE sku = $1 AND free >= $2";
const RETURN: &str = "UPDATE products SET free = free + $2 WHERE sku = $1 AND stocked - free >= $2";
const COUNT_PRUNED: &str = "UPDATE products SET pruned = pruned + $2 WHERE sku = $1";

impl Stored for ProductRow {
    const TABLE: &'static str = "products";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sku: columns.text()?,
            name: columns.text()?,
            price: Money { minor: columns.take()?, currency: columns.parse(|text| text.parse().ok())? },
            stocked: columns.quantity()?,
            free: columns.quantity()?,
            pruned: columns.quantity()?,
        })
    }
}

impl ProductsTx for PostgresTx<'_> {
    fn product(&mut self, sku: &str) -> Result<Option<ProductRow>, StoreError> {
        self.one(sqlx::query(SELECT).bind(stored(sku)))
    }

    fn insert_product(&mut self, row: &ProductRow) -> Result<bool, StoreError> {
        self.require_writing()?;
        row.check()?;
        let statement = sqlx::query(INSERT)
            .bind(stored(&row.sku))
            .bind(stored(&row.name))
            .bind(row.price.minor)
            .bind(row.price.currency.code())
            .bind(row.stocked.cast_signed())
            .bind(row.free.cast_signed())
            .bind(row.pruned.min(MAX_STOCK).cast_signed());
        Ok(self.change(statement)? > 0)
    }

    fn take_stock(&mut self, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        self.require_writing()?;
        // More than a product can have is more than is free.
        let Ok(quantity) = i64::try_from(quantity) else {
            return Ok(false);
        };
        Ok(self.change(sqlx::query(TAKE).bind(stored(sku)).bind(quantity))? > 0)
    }

    fn return_stock(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.require_writing()?;
        let returned = match i64::try_from(quantity) {
            Ok(quantity) => self.change(sqlx::query(RETURN).bind(stored(sku)).bind(quantity))?,
            Err(_) => 0,
        };
        match returned {
            0 => Err(refused("product", sku, "never had so many in stock")),
            _ => Ok(()),
        }
    }

    fn count_pruned(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        let quantity = quantity.min(MAX_STOCK).cast_signed();
        match self.change(sqlx::query(COUNT_PRUNED).bind(stored(sku)).bind(quantity))? {
            0 => Err(refused("product", sku, "is not there")),
            _ => Ok(()),
        }
    }

    fn products(&mut self, after: Option<&str>, rows: usize) -> Result<Vec<ProductRow>, StoreError> {
        self.many(sqlx::query(PAGE).bind(after.map(stored)).bind(limit(rows)))
    }
}
