//! Ledger rows.

use amends_store::{Lease, LedgerRow, LedgerStatus, LedgerTx, StoreError, Tx, Undo};
use amends_types::{SagaId, Timestamp};
use rusqlite::params;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit};

macro_rules! select {
    ($($rest:literal),*) => {
        concat!(
            "SELECT l.saga, l.step, l.position, l.best_effort, l.status, l.lease_token, l.lease_until, ",
            "l.execute_until, l.undo_until, l.in_doubt, l.attempts, l.undo_attempts, l.started, l.finished, l.undoing, l.settled, ",
            "l.undo, l.reason, l.undo_reason, l.objects, l.output, l.input FROM ledger AS l ",
            $($rest),*
        )
    };
}

pub(crate) const SELECT: &str = select!("WHERE saga = ?1 AND step = ?2");
/// Sorts a handful of rows, which costs less than an index that every write would have to keep.
pub(crate) const SELECT_OF_SAGA: &str = select!("WHERE saga = ?1 ORDER BY position, step");
pub(crate) const SELECT_OWED: &str = select!(
    "JOIN sagas AS s ON s.id = l.saga AND s.state = 'committed' AND s.restored IS NOT 'copied' ",
    "WHERE (l.saga, l.position) > (?1, ?2) AND l.best_effort = 1 AND l.status = 'started' ",
    "AND (l.lease_until IS NULL OR l.lease_until <= ?3) ORDER BY l.saga, l.position LIMIT ?4"
);
pub(crate) const SELECT_LEASED: &str =
    select!("WHERE lease_token IS NOT NULL ORDER BY saga, position LIMIT ?1");

pub(crate) const SELECT_PARKED: &str = select!(
    "WHERE (l.saga, l.position) > (?1, ?2) AND l.status = 'parked' ORDER BY l.saga, l.position LIMIT ?3"
);

pub(crate) const UPSERT: &str = "
    INSERT INTO ledger (saga, step, position, best_effort, status, lease_token, lease_until, execute_until, undo_until,
                        in_doubt, attempts, undo_attempts, started, finished, undoing, settled, undo, reason, undo_reason,
                        objects, output, input)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
    ON CONFLICT (saga, step) DO UPDATE SET
        position = ?3, best_effort = ?4, status = ?5, lease_token = ?6, lease_until = ?7, execute_until = ?8,
        undo_until = ?9, in_doubt = ?10, attempts = ?11, undo_attempts = ?12, started = ?13, finished = ?14,
        undoing = ?15, settled = ?16, undo = ?17, reason = ?18, undo_reason = ?19, objects = ?20, output = ?21,
        input = ?22";

impl Stored for LedgerRow {
    const TABLE: &'static str = "ledger";
    const KEYS: usize = 2;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            saga: columns.parse(|text| text.parse().ok())?,
            step: columns.take()?,
            position: columns.take()?,
            best_effort: columns.take()?,
            status: columns.parse(LedgerStatus::from_name)?,
            lease: read_lease(columns)?,
            execute_until: columns.time_option()?,
            undo_until: columns.time_option()?,
            in_doubt: columns.take()?,
            attempts: columns.take()?,
            undo_attempts: columns.take()?,
            started: columns.time_option()?,
            finished: columns.time_option()?,
            undoing: columns.time_option()?,
            settled: columns.time_option()?,
            undo: columns.parse_option(Undo::from_name)?,
            reason: columns.take()?,
            undo_reason: columns.take()?,
            objects: columns.json()?,
            output: columns.json_option()?,
            input: columns.json()?,
        })
    }
}

/// The token's 64 bits are kept as a signed number: SQLite has no other.
fn read_lease(columns: &mut Columns<'_>) -> Result<Option<Lease>, StoreError> {
    let token: Option<i64> = columns.take()?;
    let until = columns.time_option()?;
    Ok(token.zip(until).map(|(token, until)| Lease { token: token.cast_unsigned(), until }))
}

impl LedgerTx for SqliteTx<'_> {
    fn ledger_row(&mut self, saga: &SagaId, step: &str) -> Result<Option<LedgerRow>, StoreError> {
        self.one(SELECT, (saga.as_str(), step))
    }

    fn ledger_rows(&mut self, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        self.many(SELECT_OF_SAGA, (saga.as_str(),))
    }

    fn put_ledger_row(&mut self, row: &LedgerRow) -> Result<(), StoreError> {
        let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
        let values = params![
            row.saga.as_str(),
            row.step,
            row.position,
            row.best_effort,
            row.status.name(),
            row.lease.map(|lease| lease.token.cast_signed()),
            micros(row.lease.map(|lease| lease.until)),
            micros(row.execute_until),
            micros(row.undo_until),
            row.in_doubt,
            row.attempts,
            row.undo_attempts,
            micros(row.started),
            micros(row.finished),
            micros(row.undoing),
            micros(row.settled),
            row.undo.map(Undo::name),
            row.reason,
            row.undo_reason,
            serde_json::to_string(&row.objects).expect("a map of texts is JSON"),
            row.output.as_ref().map(serde_json::Value::to_string),
            row.input.to_string(),
        ];
        self.change(UPSERT, values).map(drop)
    }

    fn owed_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        rows: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let (saga, position) = place(after);
        self.many(SELECT_OWED, (saga, position, self.now().as_micros(), limit(rows)))
    }

    fn leased_rows(&mut self, rows: usize) -> Result<Vec<LedgerRow>, StoreError> {
        self.many(SELECT_LEASED, (limit(rows),))
    }

    fn parked_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        rows: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let (saga, position) = place(after);
        self.many(SELECT_PARKED, (saga, position, limit(rows)))
    }
}

/// A place in the order of sagas and steps, as SQLite compares it; no place is before every row.
fn place(after: Option<(&SagaId, u32)>) -> (&str, i64) {
    after.map_or(("", -1), |(saga, position)| (saga.as_str(), i64::from(position)))
}
