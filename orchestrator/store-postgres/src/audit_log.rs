//! The audit log. A trigger refuses whatever would change a row.

use amends_store::{AuditAction, AuditLogTx, AuditQuery, AuditRow, NewAuditRow, StoreError, Tx};
use amends_types::SagaId;

use crate::columns::{Columns, Stored};
use crate::text::stored;
use crate::tx::{PostgresTx, limit};

const INSERT: &str = "
    INSERT INTO audit_log (at, actor, action, saga, step, why, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)
    RETURNING seq";
const PAGE: &str = "
    SELECT seq, at, actor, action, saga, step, why, detail FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2";
const PAGE_OF_SAGA: &str = "
    SELECT seq, at, actor, action, saga, step, why, detail FROM audit_log WHERE saga = $3 AND seq > $1
    ORDER BY seq LIMIT $2";

impl Stored for AuditRow {
    const TABLE: &'static str = "audit_log";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            seq: columns.quantity()?,
            at: columns.time()?,
            decision: NewAuditRow {
                actor: columns.text()?,
                action: columns.parse(AuditAction::from_name)?,
                saga: columns.parse_option(|text| text.parse().ok())?,
                step: columns.text_option()?,
                why: columns.text()?,
                detail: columns.json()?,
            },
        })
    }
}

/// The number of the row that was added.
struct Added(u64);

impl Stored for Added {
    const TABLE: &'static str = AuditRow::TABLE;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        columns.quantity().map(Self)
    }
}

impl AuditLogTx for PostgresTx<'_> {
    fn append_audit(&mut self, row: &NewAuditRow) -> Result<u64, StoreError> {
        self.require_writing()?;
        let now = self.now().as_micros();
        let statement = sqlx::query(INSERT)
            .bind(now)
            .bind(stored(&row.actor))
            .bind(row.action.name())
            .bind(row.saga.as_ref().map(SagaId::as_str))
            .bind(row.step.as_deref().map(stored))
            .bind(stored(&row.why))
            .bind(row.detail.to_string());
        let added: Vec<Added> = self.change_and_read(statement)?;
        let added = added.first();
        added.map(|added| added.0).ok_or_else(|| StoreError::Unavailable("the row was not added".to_owned()))
    }

    fn audit_log(&mut self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        let after = i64::try_from(query.after).unwrap_or(i64::MAX);
        let sql = if query.saga.is_some() { PAGE_OF_SAGA } else { PAGE };
        let statement = sqlx::query(sql).bind(after).bind(limit(query.limit));
        match &query.saga {
            None => self.many(statement),
            Some(saga) => self.many(statement.bind(saga.as_str())),
        }
    }
}
