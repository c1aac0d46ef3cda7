//! Deadlines of sagas whose executions could not run for a while.

use amends_store::{SagaLock, SagaQuery, SagaRow, Store, StoreError, Tx};
use amends_types::{EngineId, SagaId};

use crate::SagaKind;

/// How many sagas are read at once.
const BATCH: usize = 500;

/// Gives every open saga of an engine its full time again: the time in which the embedded process was down is not
/// held against its executions. Says how many had less.
///
/// # Errors
/// When the store fails.
pub async fn extend_deadlines(
    store: &dyn Store,
    kind: &SagaKind,
    engine: Option<EngineId>,
) -> Result<usize, StoreError> {
    let mut extended = 0;
    let mut query = SagaQuery { open: true, limit: BATCH, ..SagaQuery::default() };
    loop {
        let (page, kind) = (query.clone(), kind.clone());
        let (last, count) = store.transact(move |tx| extend_page(tx, &page, &kind, engine)).await?;
        extended += count;
        match last {
            Some(last) => query.after = Some(last),
            None => return Ok(extended),
        }
    }
}

fn extend_page(
    tx: &mut dyn Tx,
    page: &SagaQuery,
    kind: &SagaKind,
    engine: Option<EngineId>,
) -> Result<(Option<SagaId>, usize), StoreError> {
    let deadline = tx.now().plus(kind.time_limit);
    let rows = tx.sagas(page)?;
    let mut extended = 0;
    for row in rows.iter().filter(|row| row.saga == kind.name && row.engine == engine) {
        // A page is not locked: what is written back must be what is there now.
        let saga = tx.saga(&row.id, SagaLock::Update)?;
        let saga = saga.filter(|saga| saga.is_open() && saga.deadline < deadline);
        if let Some(saga) = saga {
            tx.update_saga(&SagaRow { deadline, ..saga })?;
            extended += 1;
        }
    }
    Ok((rows.last().map(|row| row.id.clone()), extended))
}
