//! Ledger rows.
//!
//! A row that is not there cannot be locked: of two first attempts, both would see that. So whoever finds none takes an
//! advisory lock on its key and looks again; the other one waits there, and then sees the row.

use amends_store::{Lease, LedgerRow, LedgerStatus, LedgerTx, StoreError, Tx, Undo};
use amends_types::{SagaId, Timestamp};

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, Statement, limit};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT l.saga, l.step, l.position, l.best_effort, l.status, l.lease_token, l.lease_until, ",
            "l.execute_until, l.undo_until, l.in_doubt, l.attempts, l.undo_attempts, l.started, l.finished, ",
            "l.undoing, l.settled, l.undo, l.reason, l.undo_reason, l.objects, l.output, l.input FROM ledger AS l ",
            $rest
        )
    };
}

const SELECT: &str = select!("WHERE l.saga = $1 AND l.step = $2");
const SELECT_LOCKED: &str = select!("WHERE l.saga = $1 AND l.step = $2 FOR UPDATE");
const LOCK_KEY: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 7225))";
const SELECT_OF_SAGA: &str = select!("WHERE l.saga = $1 ORDER BY l.position, l.step");
const SELECT_OWED: &str = select!(
    "JOIN sagas AS s ON s.id = l.saga AND s.state = 'committed' AND s.restored IS DISTINCT FROM 'copied'
     WHERE (l.saga, l.position) > ($1, $2) AND l.best_effort AND l.status = 'started'
     AND (l.lease_until IS NULL OR l.lease_until <= $3) ORDER BY l.saga, l.position LIMIT $4"
);
const SELECT_LEASED: &str = select!("WHERE l.lease_token IS NOT NULL ORDER BY l.saga, l.position LIMIT $1");
const SELECT_PARKED: &str = select!(
    "WHERE (l.saga, l.position) > ($1, $2) AND l.status = 'parked' ORDER BY l.saga, l.position LIMIT $3"
);

const UPSERT: &str = "
    INSERT INTO ledger (saga, step, position, best_effort, status, lease_token, lease_until, execute_until, undo_until,
                        in_doubt, attempts, undo_attempts, started, finished, undoing, settled, undo, reason,
                        undo_reason, objects, output, input)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
    ON CONFLICT (saga, step) DO UPDATE SET
        position = $3, best_effort = $4, status = $5, lease_token = $6, lease_until = $7, execute_until = $8,
        undo_until = $9, in_doubt = $10, attempts = $11, undo_attempts = $12, started = $13, finished = $14,
        undoing = $15, settled = $16, undo = $17, reason = $18, undo_reason = $19, objects = $20, output = $21,
        input = $22";

impl Stored for LedgerRow {
    const TABLE: &'static str = "ledger";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            saga: columns.parse(|text| text.parse().ok())?,
            step: columns.text()?,
            position: columns.count()?,
            best_effort: columns.take()?,
            status: columns.parse(LedgerStatus::from_name)?,
            lease: read_lease(columns)?,
            execute_until: columns.time_option()?,
            undo_until: columns.time_option()?,
            in_doubt: columns.take()?,
            attempts: columns.count()?,
            undo_attempts: columns.count()?,
            started: columns.time_option()?,
            finished: columns.time_option()?,
            undoing: columns.time_option()?,
            settled: columns.time_option()?,
            undo: columns.parse_option(Undo::from_name)?,
            reason: columns.text_option()?,
            undo_reason: columns.text_option()?,
            objects: columns.json()?,
            output: columns.json_option()?,
            input: columns.json()?,
        })
    }
}

/// The token's 64 bits are kept as a signed number: PostgreSQL has no other.
fn read_lease(columns: &mut Columns<'_>) -> Result<Option<Lease>, StoreError> {
    let token: Option<i64> = columns.take()?;
    let until = columns.time_option()?;
    Ok(token.zip(until).map(|(token, until)| Lease { token: token.cast_unsigned(), until }))
}

impl LedgerTx for PostgresTx<'_> {
    fn ledger_row(&mut self, saga: &SagaId, step: &str) -> Result<Option<LedgerRow>, StoreError> {
        let sql = if self.locks() { SELECT_LOCKED } else { SELECT };
        let find = || sqlx::query(sql).bind(saga.as_str()).bind(stored(step));
        let row = self.one(find())?;
        if row.is_some() || !self.locks() {
            return Ok(row);
        }
        self.perform(sqlx::query(LOCK_KEY).bind(saga.as_str()).bind(stored(step)))?;
        self.one(find())
    }

    fn ledger_rows(&mut self, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        self.many(sqlx::query(SELECT_OF_SAGA).bind(saga.as_str()))
    }

    fn put_ledger_row(&mut self, row: &LedgerRow) -> Result<(), StoreError> {
        self.change(values(row)).map(drop)
    }

    fn owed_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        rows: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let (saga, position) = place(after);
        let now = self.now().as_micros();
        self.many(sqlx::query(SELECT_OWED).bind(saga).bind(position).bind(now).bind(limit(rows)))
    }

    fn leased_rows(&mut self, rows: usize) -> Result<Vec<LedgerRow>, StoreError> {
        self.many(sqlx::query(SELECT_LEASED).bind(limit(rows)))
    }

    fn parked_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        rows: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let (saga, position) = place(after);
        self.many(sqlx::query(SELECT_PARKED).bind(saga).bind(position).bind(limit(rows)))
    }
}

/// A place in the order of sagas and steps; no place is before every row.
fn place(after: Option<(&SagaId, u32)>) -> (&str, i64) {
    after.map_or(("", -1), |(saga, position)| (saga.as_str(), i64::from(position)))
}

fn values(row: &LedgerRow) -> Statement<'_> {
    let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
    sqlx::query(UPSERT)
        .bind(row.saga.as_str())
        .bind(stored(&row.step))
        .bind(i64::from(row.position))
        .bind(row.best_effort)
        .bind(row.status.name())
        .bind(row.lease.map(|lease| lease.token.cast_signed()))
        .bind(micros(row.lease.map(|lease| lease.until)))
        .bind(micros(row.execute_until))
        .bind(micros(row.undo_until))
        .bind(row.in_doubt)
        .bind(i64::from(row.attempts))
        .bind(i64::from(row.undo_attempts))
        .bind(micros(row.started))
        .bind(micros(row.finished))
        .bind(micros(row.undoing))
        .bind(micros(row.settled))
        .bind(row.undo.map(Undo::name))
        .bind(row.reason.as_deref().map(stored))
        .bind(row.undo_reason.as_deref().map(stored))
        .bind(serde_json::to_string(&row.objects).expect("a map of texts is JSON"))
        .bind(row.output.as_ref().map(serde_json::Value::to_string))
        .bind(row.input.to_string())
}
