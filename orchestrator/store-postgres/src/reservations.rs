//! Reservations.

use amends_store::{ReservationRow, ReservationsTx, StoreError};
use amends_types::SagaId;

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, refused};

const SELECT_OF_SAGA: &str =
    "SELECT saga, sku, quantity, released FROM reservations WHERE saga = $1 ORDER BY sku";
const INSERT: &str = "
    INSERT INTO reservations (saga, sku, quantity, released) VALUES ($1, $2, $3, $4)
    ON CONFLICT (saga, sku) DO NOTHING";
const RELEASE: &str = "UPDATE reservations SET released = TRUE WHERE saga = $1 AND NOT released";
const SELECT_HELD: &str = "
    SELECT coalesce(sum(CASE WHEN s.state = 'committed' THEN 0 ELSE r.quantity END), 0)::BIGINT,
           (coalesce(sum(CASE WHEN s.state = 'committed' THEN r.quantity ELSE 0 END), 0)
               + coalesce((SELECT pruned FROM products WHERE sku = $1), 0))::BIGINT
    FROM reservations AS r LEFT JOIN sagas AS s ON s.id = r.saga
    WHERE r.sku = $1 AND NOT r.released";

impl Stored for ReservationRow {
    const TABLE: &'static str = "reservations";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            saga: columns.parse(|text| text.parse().ok())?,
            sku: columns.text()?,
            quantity: columns.quantity()?,
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

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self { reserved: columns.quantity()?, sold: columns.quantity()? })
    }
}

impl ReservationsTx for PostgresTx<'_> {
    fn reservations(&mut self, saga: &SagaId) -> Result<Vec<ReservationRow>, StoreError> {
        self.many(sqlx::query(SELECT_OF_SAGA).bind(saga.as_str()))
    }

    fn insert_reservation(&mut self, row: &ReservationRow) -> Result<(), StoreError> {
        self.require_writing()?;
        row.check()?;
        let statement = sqlx::query(INSERT)
            .bind(row.saga.as_str())
            .bind(stored(&row.sku))
            .bind(row.quantity.cast_signed())
            .bind(row.released);
        match self.change(statement)? {
            0 => Err(refused("reservation of", &row.sku, "is there already")),
            _ => Ok(()),
        }
    }

    fn release_reservations(&mut self, saga: &SagaId) -> Result<(), StoreError> {
        self.change(sqlx::query(RELEASE).bind(saga.as_str())).map(drop)
    }

    fn held_stock(&mut self, sku: &str) -> Result<(u64, u64), StoreError> {
        let held: Option<Held> = self.one(sqlx::query(SELECT_HELD).bind(stored(sku)))?;
        Ok(held.map_or((0, 0), |held| (held.reserved, held.sold)))
    }
}
