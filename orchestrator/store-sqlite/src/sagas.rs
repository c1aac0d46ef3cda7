//! Saga rows.

use amends_store::{SagaLock, SagaQuery, SagaRow, SagaState, SagasTx, StoreError};
use amends_types::{SagaId, Sha256Hex};
use rusqlite::params;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit, refused};

macro_rules! select {
    ($($rest:literal),*) => {
        concat!(
            "SELECT id, saga, state, unwinder, unwinds, created, deadline, unwinding_since, ended, input_sha256, ",
            "reason, input FROM sagas ",
            $($rest),*
        )
    };
}

// A state is written out in each page's statement: a partial index serves no parameter.
macro_rules! page {
    ($condition:literal) => {
        select!("WHERE id > ?1 ", $condition, " ORDER BY id LIMIT ?2")
    };
}

pub(crate) const SELECT: &str = select!("WHERE id = ?1");
pub(crate) const PAGE_ALL: &str = page!("");
pub(crate) const PAGE_OPEN: &str = page!("AND state IN ('forward', 'unwinding')");
pub(crate) const PAGE_FORWARD: &str = page!("AND state IN ('forward', 'unwinding') AND state = 'forward'");
pub(crate) const PAGE_UNWINDING: &str =
    page!("AND state IN ('forward', 'unwinding') AND state = 'unwinding'");
pub(crate) const PAGE_COMMITTED: &str = page!("AND state = 'committed'");
pub(crate) const PAGE_COMPENSATED: &str = page!("AND state = 'compensated'");
pub(crate) const PAGE_STUCK: &str = page!("AND state = 'stuck'");

pub(crate) const INSERT: &str = "
    INSERT INTO sagas (id, saga, state, unwinder, unwinds, created, deadline, unwinding_since, ended, input_sha256,
                       reason, input)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
    ON CONFLICT (id) DO NOTHING";

pub(crate) const UPDATE: &str = "
    UPDATE sagas SET saga = ?2, state = ?3, unwinder = ?4, unwinds = ?5, created = ?6, deadline = ?7,
                     unwinding_since = ?8, ended = ?9, input_sha256 = ?10, reason = ?11, input = ?12
    WHERE id = ?1";

impl Stored for SagaRow {
    const TABLE: &'static str = "sagas";
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.parse(|text| text.parse().ok())?,
            saga: columns.take()?,
            state: columns.parse(SagaState::from_name)?,
            unwinder: columns.parse_option(|text| text.parse().ok())?,
            unwinds: columns.take()?,
            created: columns.time()?,
            deadline: columns.time()?,
            unwinding_since: columns.time_option()?,
            ended: columns.time_option()?,
            input_sha256: columns.take().map(Sha256Hex::from_stored)?,
            reason: columns.take()?,
            input: columns.json()?,
        })
    }
}

impl SagasTx for SqliteTx<'_> {
    fn saga(&mut self, id: &SagaId, lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        match lock {
            // The writer runs one transaction at a time: whoever writes has locked everything.
            SagaLock::None | SagaLock::Share | SagaLock::Update => self.one(SELECT, (id.as_str(),)),
        }
    }

    fn insert_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        match self.change_saga(INSERT, row)? {
            0 => Err(refused("saga", row.id.as_str(), "is there already")),
            _ => Ok(()),
        }
    }

    fn update_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        match self.change_saga(UPDATE, row)? {
            0 => Err(refused("saga", row.id.as_str(), "is not there")),
            _ => Ok(()),
        }
    }

    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        let sql = match query.state {
            Some(state) if query.open && state.is_final() => return Ok(Vec::new()),
            None if query.open => PAGE_OPEN,
            None => PAGE_ALL,
            Some(SagaState::Forward) => PAGE_FORWARD,
            Some(SagaState::Unwinding) => PAGE_UNWINDING,
            Some(SagaState::Committed) => PAGE_COMMITTED,
            Some(SagaState::Compensated) => PAGE_COMPENSATED,
            Some(SagaState::Stuck) => PAGE_STUCK,
        };
        // No id is empty: every id is greater than "".
        let after = query.after.as_ref().map_or("", SagaId::as_str);
        self.many(sql, (after, limit(query.limit)))
    }
}

impl SqliteTx<'_> {
    fn change_saga(&self, sql: &str, row: &SagaRow) -> Result<usize, StoreError> {
        let values = params![
            row.id.as_str(),
            row.saga,
            row.state.name(),
            row.unwinder.as_ref().map(|run| run.as_str()),
            row.unwinds,
            row.created.as_micros(),
            row.deadline.as_micros(),
            row.unwinding_since.map(|time| time.as_micros()),
            row.ended.map(|time| time.as_micros()),
            row.input_sha256.as_str(),
            row.reason,
            row.input.to_string(),
        ];
        self.change(sql, values)
    }
}
