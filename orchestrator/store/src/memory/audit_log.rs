//! The audit log in memory.

use super::MemoryTx;
use crate::{AuditLogTx, AuditQuery, AuditRow, NewAuditRow, StoreError, Tx};

impl AuditLogTx for MemoryTx<'_> {
    fn append_audit(&mut self, row: &NewAuditRow) -> Result<u64, StoreError> {
        self.writing()?;
        let seq = self.tables.audit_log.rows().last_key_value().map_or(0, |(seq, _)| *seq) + 1;
        self.tables.audit_log.put(seq, AuditRow { seq, at: self.now(), decision: row.clone() });
        Ok(seq)
    }

    fn audit_log(&mut self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        let rows = self.tables.audit_log.rows().range(query.after.saturating_add(1)..).map(|(_, row)| row);
        let wanted = rows.filter(|row| query.saga.is_none() || row.decision.saga == query.saga);
        Ok(wanted.take(query.limit).cloned().collect())
    }
}
