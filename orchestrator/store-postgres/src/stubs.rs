//! Stubs.

use amends_store::{SagaState, StoreError, StubRow, StubsTx};
use amends_types::{SagaId, Sha256Hex, Timestamp};

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, limit, refused};

const SELECT: &str = "SELECT id, body_sha256, verdict, created, ended FROM stubs WHERE id = $1";
const INSERT: &str =
    "INSERT INTO stubs (id, body_sha256, verdict, created, ended) VALUES ($1, $2, $3, $4, $5)";
const DELETE_SAGA: &str = "DELETE FROM sagas WHERE id = $1";
const DELETE_REST: [&str; 3] = [
    "DELETE FROM ledger WHERE saga = $1",
    "DELETE FROM orders WHERE id = $1",
    "DELETE FROM reservations WHERE saga = $1",
];
/// Reads all sagas after the one given: for pruning, which looks at each once.
const SELECT_ENDED: &str = "SELECT id FROM sagas WHERE id > $1 AND ended < $2 ORDER BY id LIMIT $3";

impl Stored for StubRow {
    const TABLE: &'static str = "stubs";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.parse(|text| text.parse().ok())?,
            body_sha256: columns.text().map(Sha256Hex::from_stored)?,
            verdict: columns.parse(SagaState::from_name)?,
            created: columns.time()?,
            ended: columns.time()?,
        })
    }
}

/// The id of a saga alone.
struct Ended(SagaId);

impl Stored for Ended {
    const TABLE: &'static str = "sagas";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        columns.parse(|text| text.parse().ok()).map(Self)
    }
}

impl StubsTx for PostgresTx<'_> {
    fn stub(&mut self, id: &SagaId) -> Result<Option<StubRow>, StoreError> {
        self.one(sqlx::query(SELECT).bind(id.as_str()))
    }

    fn replace_by_stub(&mut self, stub: &StubRow) -> Result<(), StoreError> {
        let id = stub.id.as_str();
        if self.change(sqlx::query(DELETE_SAGA).bind(id))? == 0 {
            return Err(refused("saga", id, "is not there"));
        }
        for sql in DELETE_REST {
            self.change(sqlx::query(sql).bind(id))?;
        }
        let statement = sqlx::query(INSERT)
            .bind(id)
            .bind(stored(stub.body_sha256.as_str()))
            .bind(stub.verdict.name())
            .bind(stub.created.as_micros())
            .bind(stub.ended.as_micros());
        self.change(statement).map(drop)
    }

    fn ended_before(
        &mut self,
        time: Timestamp,
        after: Option<&SagaId>,
        rows: usize,
    ) -> Result<Vec<SagaId>, StoreError> {
        let after = after.map_or("", SagaId::as_str);
        let statement = sqlx::query(SELECT_ENDED).bind(after).bind(time.as_micros()).bind(limit(rows));
        let ended: Vec<Ended> = self.many(statement)?;
        Ok(ended.into_iter().map(|Ended(id)| id).collect())
    }
}
