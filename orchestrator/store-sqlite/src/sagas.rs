//! Saga rows.

use amends_store::{Restored, SagaLock, SagaQuery, SagaRow, SagaState, SagasTx, StoreError};
use amends_types::{SagaId, Sha256Hex};
use rusqlite::params;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit, refused};

macro_rules! select {
    ($($rest:literal),*) => {
        concat!(
            "SELECT id, saga, state, unwinder, unwinds, created, deadline, unwinding_since, ended, input_sha256, ",
            "engine, repairing, announce, restored, reason, input FROM sagas ",
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

// Of one state, and if ?3 is 1 only open ones.
macro_rules! page_of {
    ($condition:literal) => {
        select!(
            "WHERE id > ?1 ",
            $condition,
            " AND (?3 = 0 OR (restored IS NOT 'copied' AND (state IN ('forward', 'unwinding') OR repairing = 1)))",
            " ORDER BY id LIMIT ?2"
        )
    };
}

pub(crate) const SELECT: &str = select!("WHERE id = ?1");
pub(crate) const PAGE_ALL: &str = page!("");
pub(crate) const PAGE_OPEN: &str =
    page!("AND (state IN ('forward', 'unwinding') OR repairing = 1) AND restored IS NOT 'copied'");
pub(crate) const PAGE_ANNOUNCE: &str =
    page!("AND announce = 1 AND state IN ('committed', 'compensated', 'stuck')");
pub(crate) const PAGE_FORWARD: &str =
    page_of!("AND (state IN ('forward', 'unwinding') OR repairing = 1) AND state = 'forward'");
pub(crate) const PAGE_UNWINDING: &str =
    page_of!("AND (state IN ('forward', 'unwinding') OR repairing = 1) AND state = 'unwinding'");
pub(crate) const PAGE_COMMITTED: &str = page_of!("AND state = 'committed'");
pub(crate) const PAGE_COMPENSATED: &str = page_of!("AND state = 'compensated'");
pub(crate) const PAGE_STUCK: &str = page_of!("AND state = 'stuck'");

pub(crate) const INSERT: &str = "
    INSERT INTO sagas (id, saga, state, unwinder, unwinds, created, deadline, unwinding_since, ended, input_sha256,
                       reason, input, engine, repairing, announce, restored)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
    ON CONFLICT (id) DO NOTHING";

pub(crate) const UPDATE: &str = "
    UPDATE sagas SET saga = ?2, state = ?3, unwinder = ?4, unwinds = ?5, created = ?6, deadline = ?7,
                     unwinding_since = ?8, ended = ?9, input_sha256 = ?10, reason = ?11, input = ?12,
                     engine = ?13, repairing = ?14, announce = ?15, restored = ?16
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
            engine: columns.parse_option(|text| text.parse().ok())?,
            repairing: columns.take()?,
            announce: columns.take()?,
            restored: columns.parse_option(Restored::from_name)?,
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
        // No id is empty: every id is greater than "".
        let after = query.after.as_ref().map_or("", SagaId::as_str);
        let most = limit(query.limit);
        let sql = match query.state {
            _ if query.announce => {
                let ended: Vec<SagaRow> = self.many(PAGE_ANNOUNCE, (after, most))?;
                return Ok(ended.into_iter().filter(|saga| query.wants(saga)).collect());
            }
            None if query.open => return self.many(PAGE_OPEN, (after, most)),
            None => return self.many(PAGE_ALL, (after, most)),
            Some(SagaState::Forward) => PAGE_FORWARD,
            Some(SagaState::Unwinding) => PAGE_UNWINDING,
            Some(SagaState::Committed) => PAGE_COMMITTED,
            Some(SagaState::Compensated) => PAGE_COMPENSATED,
            Some(SagaState::Stuck) => PAGE_STUCK,
        };
        self.many(sql, (after, most, query.open))
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
            row.engine.map(|engine| engine.to_string()),
            row.repairing,
            row.announce,
            row.restored.map(Restored::name),
        ];
        self.change(sql, values)
    }
}
