//! Reservations.

use amends_store::{ReservationRow, ReservationsTx, StoreError};
use amends_types::SagaId;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, refused};

pub(crate) const SELECT_OF_SAGA: &str =
    "SELECT saga, sku, quantity, released FROM reservations WHERE saga = ?1 ORDER BY sku";
pub(crate) const INSERT: &str = "
    INSERT INTO reservations (saga, sku, quantity, released) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (saga, sku) DO NOTHING";
pub(crate) const RELEASE: &str = "UPDATE reservations SET released = 1 WHERE saga = ?1 AND released = 0";
pub(crate) const SELECT_HELD: &str = "
    SELECT coalesce(sum(CASE WHEN s.state = 'committed' THEN 0 ELSE r.quantity END), 0),
           coalesce(sum(CASE WHEN s.state = 'committed' THEN r.quantity ELSE 0 END), 0)
               + coalesce((SELECT pruned FROM products WHERE sku = ?1), 0)
    FROM reservations AS r LEFT JOIN sagas AS s ON s.id = r.saga
    WHERE r.sku = ?1 AND r.released = 0";

impl Stored for ReservationRow {
    const TABLE: &'static str = "reservations";
    const KEYS: usize = 2;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            saga: columns.parse(|text| text.parse().ok())?,
            sku: columns.take()?,
            quantity: columns.take::<i64>()?.cast_unsigned(),
            released: columns.take()?,
        })
    }
}

/// How many of a product are held by sagas that did not commit, and by those that did.
struct Held {
    reserved: u64,
    sold: u64,
}

impl Stored for Held {
    const TABLE: &'static str = "reservations";
    const KEYS: usize = 0;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let (reserved, sold): (i64, i64) = (columns.take()?, columns.take()?);
        Ok(Self { reserved: reserved.cast_unsigned(), sold: sold.cast_unsigned() })
    }
}

impl ReservationsTx for SqliteTx<'_> {
    fn reservations(&mut self, saga: &SagaId) -> Result<Vec<ReservationRow>, StoreError> {
        self.many(SELECT_OF_SAGA, (saga.as_str(),))
    }

    fn insert_reservation(&mut self, row: &ReservationRow) -> Result<(), StoreError> {
        self.require_writing()?;
        row.check()?;
        let values = (row.saga.as_str(), &row.sku, row.quantity.cast_signed(), row.released);
        match self.change(INSERT, values)? {
            0 => Err(refused("reservation of", &row.sku, "is there already")),
            _ => Ok(()),
        }
    }

    fn release_reservations(&mut self, saga: &SagaId) -> Result<(), StoreError> {
        self.change(RELEASE, (saga.as_str(),)).map(drop)
    }

    fn held_stock(&mut self, sku: &str) -> Result<(u64, u64), StoreError> {
        let held: Option<Held> = self.one(SELECT_HELD, (sku,))?;
        Ok(held.map_or((0, 0), |held| (held.reserved, held.sold)))
    }
}
