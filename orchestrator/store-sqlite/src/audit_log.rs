//! The audit log. Triggers refuse whatever would change a row.

use amends_store::{AuditAction, AuditLogTx, AuditQuery, AuditRow, NewAuditRow, StoreError, Tx};
use amends_types::SagaId;
use rusqlite::params;

use crate::columns::{Columns, Stored};
use crate::tx::{SqliteTx, limit};

pub(crate) const INSERT: &str = "
    INSERT INTO audit_log (at, actor, action, saga, step, why, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    RETURNING seq";
pub(crate) const PAGE: &str = "
    SELECT seq, at, actor, action, saga, step, why, detail FROM audit_log WHERE seq > ?1 ORDER BY seq LIMIT ?2";
pub(crate) const PAGE_OF_SAGA: &str = "
    SELECT seq, at, actor, action, saga, step, why, detail FROM audit_log WHERE saga = ?3 AND seq > ?1
    ORDER BY seq LIMIT ?2";

impl Stored for AuditRow {
    const TABLE: &'static str = "audit_log";
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            seq: columns.take::<i64>()?.cast_unsigned(),
            at: columns.time()?,
            decision: NewAuditRow {
                actor: columns.take()?,
                action: columns.parse(AuditAction::from_name)?,
                saga: columns.parse_option(|text| text.parse().ok())?,
                step: columns.take()?,
                why: columns.take()?,
                detail: columns.json()?,
            },
        })
    }
}

/// The number of the row that was added.
struct Added(i64);

impl Stored for Added {
    const TABLE: &'static str = AuditRow::TABLE;
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        columns.take().map(Self)
    }
}

impl AuditLogTx for SqliteTx<'_> {
    fn append_audit(&mut self, row: &NewAuditRow) -> Result<u64, StoreError> {
        self.require_writing()?;
        let values = params![
            self.now().as_micros(),
            row.actor,
            row.action.name(),
            row.saga.as_ref().map(SagaId::as_str),
            row.step,
            row.why,
            row.detail.to_string(),
        ];
        let added: Option<Added> = self.one(INSERT, values)?;
        let added = added.ok_or_else(|| StoreError::Unavailable("the row was not added".to_owned()))?;
        Ok(added.0.cast_unsigned())
    }

    fn audit_log(&mut self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        let after = i64::try_from(query.after).unwrap_or(i64::MAX);
        match &query.saga {
            None => self.many(PAGE, (after, limit(query.limit))),
            Some(saga) => self.many(PAGE_OF_SAGA, (after, limit(query.limit), saga.as_str())),
        }
    }
}
