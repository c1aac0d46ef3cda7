//! Stubs.

use amends_store::{SagaState, StoreError, StubRow, StubsTx};
use amends_types::{SagaId, Sha256Hex, Timestamp};

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit, refused};

pub(crate) const SELECT: &str = "SELECT id, body_sha256, verdict, created, ended FROM stubs WHERE id = ?1";
pub(crate) const INSERT: &str =
    "INSERT INTO stubs (id, body_sha256, verdict, created, ended) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(crate) const DELETE_SAGA: &str = "DELETE FROM sagas WHERE id = ?1";
pub(crate) const DELETE_REST: [&str; 3] = [
    "DELETE FROM ledger WHERE saga = ?1",
    "DELETE FROM orders WHERE id = ?1",
    "DELETE FROM reservations WHERE saga = ?1",
];
/// Reads all sagas after the one given: for pruning, which looks at each once.
pub(crate) const SELECT_ENDED: &str =
    "SELECT id FROM sagas WHERE id > ?1 AND ended < ?2 ORDER BY id LIMIT ?3";

impl Stored for StubRow {
    const TABLE: &'static str = "stubs";
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.parse(|text| text.parse().ok())?,
            body_sha256: columns.take().map(Sha256Hex::from_stored)?,
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
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        columns.parse(|text| text.parse().ok()).map(Self)
    }
}

impl StubsTx for SqliteTx<'_> {
    fn stub(&mut self, id: &SagaId) -> Result<Option<StubRow>, StoreError> {
        self.one(SELECT, (id.as_str(),))
    }

    fn replace_by_stub(&mut self, stub: &StubRow) -> Result<(), StoreError> {
        let id = stub.id.as_str();
        if self.change(DELETE_SAGA, (id,))? == 0 {
            return Err(refused("saga", id, "is not there"));
        }
        for sql in DELETE_REST {
            self.change(sql, (id,))?;
        }
        let (created, ended) = (stub.created.as_micros(), stub.ended.as_micros());
        self.change(INSERT, (id, stub.body_sha256.as_str(), stub.verdict.name(), created, ended)).map(drop)
    }

    fn ended_before(
        &mut self,
        time: Timestamp,
        after: Option<&SagaId>,
        rows: usize,
    ) -> Result<Vec<SagaId>, StoreError> {
        let after = after.map_or("", SagaId::as_str);
        let ended: Vec<Ended> = self.many(SELECT_ENDED, (after, time.as_micros(), limit(rows)))?;
        Ok(ended.into_iter().map(|Ended(id)| id).collect())
    }
}
