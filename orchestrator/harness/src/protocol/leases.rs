//! The leases of workers that are certainly dead.

use amends_store::{LedgerStatus, StoreError, Tx};

use crate::shared::Shared;

/// How many leases are ended in one transaction.
const BATCH: usize = 500;

pub(crate) async fn end_leases(shared: &Shared) -> Result<usize, StoreError> {
    let mut ended = 0;
    loop {
        let batch = shared.store.transact(|tx| end_batch(tx)).await?;
        ended += batch;
        if batch < BATCH {
            return Ok(ended);
        }
    }
}

fn end_batch(tx: &mut dyn Tx) -> Result<usize, StoreError> {
    let now = tx.now();
    let rows = tx.leased_rows(BATCH)?;
    let count = rows.len();
    for mut row in rows {
        let lease = row.lease.take();
        // Its worker may have sent a request until a moment ago.
        let ended = lease.map_or(now, |lease| now.min(lease.until));
        if row.status == LedgerStatus::Started {
            row.in_doubt = true;
            row.execute_until = Some(ended);
        } else {
            row.undo_until = Some(ended);
        }
        tx.put_ledger_row(&row)?;
    }
    Ok(count)
}
