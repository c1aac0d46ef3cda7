//! Products: the catalogue's prices, and what is free in stock.
//!
//! `free` is the only counter. What is reserved and what is sold follow from the reservations and the verdicts of
//! their sagas, so that there is nothing to drift: free + reserved + sold = stocked. Only what pruned sagas had sold is
//! counted, because their reservations are gone.

use amends_types::Money;

use crate::StoreError;

/// One product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// The stock-keeping unit.
    pub sku: String,
    /// The name that people read.
    pub name: String,
    /// The price of one.
    pub price: Money,
    /// How many there were when the product was added.
    pub stocked: u64,
    /// How many nobody holds.
    pub free: u64,
    /// How many were sold by sagas that have been pruned since.
    pub pruned: u64,
}

/// The most of one product that there can be: what a signed 64-bit column holds.
pub const MAX_STOCK: u64 = i64::MAX.cast_unsigned();

impl ProductRow {
    /// Refuses a row that no store keeps. For implementations of [`ProductsTx`].
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when more is free than was stocked, or more was stocked than [`MAX_STOCK`].
    pub fn check(&self) -> Result<(), StoreError> {
        if self.free <= self.stocked && self.stocked <= MAX_STOCK {
            return Ok(());
        }
        let (sku, free, stocked) = (&self.sku, self.free, self.stocked);
        Err(StoreError::Constraint(format!(
            "product {sku} cannot have {free} free of {stocked} (at most {MAX_STOCK})"
        )))
    }
}

/// Products in a transaction.
pub trait ProductsTx {
    /// The product of this SKU.
    ///
    /// # Errors
    /// When the store fails.
    fn product(&mut self, sku: &str) -> Result<Option<ProductRow>, StoreError>;

    /// Adds a product unless there is one of this SKU; says whether it was added.
    ///
    /// # Behaviour
    /// - A product that is there is left as it is.
    /// - A product cannot have more free than stocked.
    /// - A product cannot have more than a column holds.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when more is free than was stocked, or more was stocked than [`MAX_STOCK`].
    fn insert_product(&mut self, row: &ProductRow) -> Result<bool, StoreError>;

    /// Takes `quantity` from what is free, if there is as much; says whether it did.
    ///
    /// One conditional change, never a read and a write: two transactions cannot both take the last item. Callers
    /// take several products in the order of their SKUs, so that no two wait for each other in a circle.
    ///
    /// # Behaviour
    /// - Stock is taken if there is as much.
    /// - Stock of a product that is not there cannot be taken.
    /// - Two hundred workers never oversell the last items.
    ///
    /// # Errors
    /// When the store fails.
    fn take_stock(&mut self, sku: &str, quantity: u64) -> Result<bool, StoreError>;

    /// Gives `quantity` back.
    ///
    /// # Behaviour
    /// - Stock is given back up to what was stocked.
    /// - Stock of a product that is not there cannot be given back.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when more would be free than was stocked, or there is no such product.
    fn return_stock(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError>;

    /// Counts what a saga that is pruned had sold.
    ///
    /// # Behaviour
    /// - What a pruned saga had sold stays sold.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such product.
    fn count_pruned(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError>;

    /// Products in the order of their SKUs after `after`, at most `limit`.
    ///
    /// # Behaviour
    /// - Pages are in the order of SKUs and meet without gaps.
    ///
    /// # Errors
    /// When the store fails.
    fn products(&mut self, after: Option<&str>, limit: usize) -> Result<Vec<ProductRow>, StoreError>;
}
