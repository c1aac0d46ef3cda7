//! Reservations: which saga holds how many of which product.

use amends_types::SagaId;

use crate::{MAX_STOCK, StoreError};

/// What one saga holds, or held, of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationRow {
    /// Which saga.
    pub saga: SagaId,
    /// Which product.
    pub sku: String,
    /// How many.
    pub quantity: u64,
    /// Whether it was given back. A released reservation is never held again.
    pub released: bool,
}

impl ReservationRow {
    /// Refuses a row that no store keeps. For implementations of [`ReservationsTx`].
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when it holds more than [`MAX_STOCK`].
    pub fn check(&self) -> Result<(), StoreError> {
        if self.quantity <= MAX_STOCK {
            return Ok(());
        }
        let (sku, quantity) = (&self.sku, self.quantity);
        Err(StoreError::Constraint(format!("{quantity} of {sku} cannot be reserved (at most {MAX_STOCK})")))
    }
}

/// Reservations in a transaction.
pub trait ReservationsTx {
    /// What a saga holds or held, in the order of SKUs.
    ///
    /// # Behaviour
    /// - Reservations of a saga are in the order of SKUs.
    ///
    /// # Errors
    /// When the store fails.
    fn reservations(&mut self, saga: &SagaId) -> Result<Vec<ReservationRow>, StoreError>;

    /// Adds a reservation.
    ///
    /// # Behaviour
    /// - A second reservation of a product is refused.
    /// - A reservation cannot have more than a column holds.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the saga has one of this SKU, or the quantity is more than [`MAX_STOCK`].
    fn insert_reservation(&mut self, row: &ReservationRow) -> Result<(), StoreError>;

    /// Marks all of a saga's reservations as released, if it has any.
    ///
    /// # Behaviour
    /// - Releasing marks all of a saga and of no other.
    ///
    /// # Errors
    /// When the store fails.
    fn release_reservations(&mut self, saga: &SagaId) -> Result<(), StoreError>;

    /// How many of a product are held and not released: reserved by sagas that did not commit, and sold by those that
    /// did, those included that have been pruned since.
    ///
    /// # Behaviour
    /// - Held stock is sold once its saga is committed, and reserved until then.
    /// - Released stock is not held.
    ///
    /// # Errors
    /// When the store fails.
    fn held_stock(&mut self, sku: &str) -> Result<(u64, u64), StoreError>;
}
