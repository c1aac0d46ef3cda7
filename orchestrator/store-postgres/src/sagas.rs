//! Saga rows.

use amends_store::{Restored, SagaLock, SagaQuery, SagaRow, SagaState, SagasTx, StoreError};
use amends_types::{SagaId, Sha256Hex, Timestamp};
use sqlx::AssertSqlSafe;

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, Statement, limit, refused};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, saga, state, unwinder, unwinds, created, deadline, unwinding_since, ended, input_sha256, ",
            "engine, repairing, announce, restored, reason, input FROM sagas ",
            $rest
        )
    };
}

const SELECT: &str = select!("WHERE id = $1");
const SELECT_SHARED: &str = select!("WHERE id = $1 FOR SHARE");
const SELECT_LOCKED: &str = select!("WHERE id = $1 FOR UPDATE");
const PAGE: &str = select!("WHERE id > $1");
const IS_OPEN: &str =
    " AND (state IN ('forward', 'unwinding') OR repairing) AND restored IS DISTINCT FROM 'copied'";
const IS_TO_ANNOUNCE: &str = " AND announce AND state IN ('committed', 'compensated', 'stuck')";

const INSERT: &str = "
    INSERT INTO sagas (id, saga, state, unwinder, unwinds, created, deadline, unwinding_since, ended, input_sha256,
                       engine, repairing, announce, restored, reason, input)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (id) DO NOTHING";
const UPDATE: &str = "
    UPDATE sagas SET saga = $2, state = $3, unwinder = $4, unwinds = $5, created = $6, deadline = $7,
                     unwinding_since = $8, ended = $9, input_sha256 = $10, engine = $11, repairing = $12,
                     announce = $13, restored = $14, reason = $15, input = $16
    WHERE id = $1";

impl Stored for SagaRow {
    const TABLE: &'static str = "sagas";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.parse(|text| text.parse().ok())?,
            saga: columns.text()?,
            state: columns.parse(SagaState::from_name)?,
            unwinder: columns.parse_option(|text| text.parse().ok())?,
            unwinds: columns.count()?,
            created: columns.time()?,
            deadline: columns.time()?,
            unwinding_since: columns.time_option()?,
            ended: columns.time_option()?,
            input_sha256: columns.text().map(Sha256Hex::from_stored)?,
            engine: columns.parse_option(|text| text.parse().ok())?,
            repairing: columns.take()?,
            announce: columns.take()?,
            restored: columns.parse_option(Restored::from_name)?,
            reason: columns.text_option()?,
            input: columns.json()?,
        })
    }
}

impl SagasTx for PostgresTx<'_> {
    fn saga(&mut self, id: &SagaId, lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        let sql = match lock {
            SagaLock::Share if self.locks() => SELECT_SHARED,
            SagaLock::Update if self.locks() => SELECT_LOCKED,
            SagaLock::None | SagaLock::Share | SagaLock::Update => SELECT,
        };
        self.one(sqlx::query(sql).bind(id.as_str()))
    }

    fn insert_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        match self.change(values(INSERT, row))? {
            0 => Err(refused("saga", row.id.as_str(), "is there already")),
            _ => Ok(()),
        }
    }

    fn update_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        match self.change(values(UPDATE, row))? {
            0 => Err(refused("saga", row.id.as_str(), "is not there")),
            _ => Ok(()),
        }
    }

    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        // The conditions are written out: a partial index serves no parameter.
        let mut sql = PAGE.to_owned();
        if let Some(state) = query.state {
            sql += &format!(" AND state = '{}'", state.name());
        }
        if query.open {
            sql += IS_OPEN;
        }
        if query.announce {
            sql += IS_TO_ANNOUNCE;
        }
        sql += " ORDER BY id LIMIT $2";
        let after = query.after.as_ref().map_or("", SagaId::as_str);
        self.many(sqlx::query(AssertSqlSafe(sql)).bind(after).bind(limit(query.limit)))
    }
}

fn values<'q>(sql: &'static str, row: &'q SagaRow) -> Statement<'q> {
    sqlx::query(sql)
        .bind(row.id.as_str())
        .bind(stored(&row.saga))
        .bind(row.state.name())
        .bind(row.unwinder.as_ref().map(|run| run.as_str()))
        .bind(i64::from(row.unwinds))
        .bind(row.created.as_micros())
        .bind(row.deadline.as_micros())
        .bind(row.unwinding_since.map(Timestamp::as_micros))
        .bind(row.ended.map(Timestamp::as_micros))
        .bind(stored(row.input_sha256.as_str()))
        .bind(row.engine.map(|engine| engine.to_string()))
        .bind(row.repairing)
        .bind(row.announce)
        .bind(row.restored.map(Restored::name))
        .bind(row.reason.as_deref().map(stored))
        .bind(row.input.to_string())
}
