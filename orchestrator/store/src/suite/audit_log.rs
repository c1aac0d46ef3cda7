//! The audit log.

use serde_json::json;

use super::Subject;
use super::examples::id;
use crate::{AuditAction, AuditQuery, AuditRow, NewAuditRow, StoreError};

fn decision(saga: Option<&str>, action: AuditAction) -> NewAuditRow {
    NewAuditRow {
        actor: "ada".to_owned(),
        action,
        saga: saga.map(id),
        step: saga.map(|_| "charge".to_owned()),
        why: "the bank says that it was paid back".to_owned(),
        detail: json!({ "reference": "re_1" }),
    }
}

fn append(subject: &Subject, row: &NewAuditRow) -> u64 {
    let row = row.clone();
    subject.write(move |tx| tx.append_audit(&row))
}

fn page(subject: &Subject, query: AuditQuery) -> Vec<AuditRow> {
    subject.read(move |tx| tx.audit_log(&query))
}

pub(super) fn rows_of_the_audit_log_are_numbered_in_order(subject: &Subject) {
    let mut last = None;
    for action in AuditAction::ALL {
        let row = decision(Some("a"), action);
        let (seq, now) = {
            let row = row.clone();
            subject.write(move |tx| Ok((tx.append_audit(&row)?, tx.now())))
        };
        assert!(last.is_none_or(|last| last < seq), "{last:?} {seq}");
        let written = page(subject, AuditQuery { after: last.unwrap_or(0), limit: 9, saga: None });
        assert_eq!(written, [AuditRow { seq, at: now, decision: row }]);
        last = Some(seq);
    }
    let rolled_back = subject.try_write(|tx| -> Result<(), StoreError> {
        tx.append_audit(&decision(None, AuditAction::Drain))?;
        Err(StoreError::RolledBack)
    });
    assert!(rolled_back.is_err());
    assert_eq!(
        page(subject, AuditQuery { limit: 99, ..AuditQuery::default() }).len(),
        AuditAction::ALL.len()
    );
}

pub(super) fn pages_of_the_audit_log_meet_without_gaps(subject: &Subject) {
    let written: Vec<_> = (0..7).map(|_| append(subject, &decision(None, AuditAction::Prune))).collect();
    for limit in 1..8 {
        let (mut seen, mut after) = (Vec::new(), 0);
        loop {
            let rows = page(subject, AuditQuery { after, limit, saga: None });
            let Some(last) = rows.last() else { break };
            after = last.seq;
            seen.extend(rows.iter().map(|row| row.seq));
        }
        assert_eq!(seen, written);
    }
}

pub(super) fn a_page_of_the_audit_log_may_be_of_one_saga(subject: &Subject) {
    for saga in [Some("a"), None, Some("b"), Some("a")] {
        append(subject, &decision(saga, AuditAction::Retry));
    }
    let of = |saga| page(subject, AuditQuery { saga: Some(id(saga)), limit: 9, after: 0 }).len();
    assert_eq!((of("a"), of("b"), of("c")), (2, 1, 0));
}
