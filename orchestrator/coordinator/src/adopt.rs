//! Adoption: what becomes of the sagas of an engine that is lost with its machine.
//!
//! Its executions cannot be seen, and it may come back. So nothing goes forward for it here: its sagas are unwound by
//! an execution of this engine, which the saga row names. Should the other one come back, its executes hear
//! `Saga.Cancelled` and its compensations `Saga.Superseded`, and whatever its workers were doing is waited for by their
//! leases.

use amends_store::{OutboxRow, SagaLock, SagaQuery, SagaRow, Store, StoreError, Tx};
use amends_types::{EngineId, SagaId};

use crate::relay::{RelayError, start};
use crate::sweeper::begin_unwind;
use crate::{Execution, SagaKind, StepFunctions, execution_of};

/// How many sagas are read at once.
const BATCH: usize = 500;

/// Takes over every open saga of `lost`, and starts the machine that only compensates. Answers what was started.
///
/// # Errors
/// When the store or Step Functions fails; what was taken over stays so and is started by the relay.
pub async fn adopt(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    kind: &SagaKind,
    lost: EngineId,
) -> Result<Vec<Execution>, RelayError> {
    let engine = functions.engine_id();
    let mut started = Vec::new();
    let mut query = SagaQuery { open: true, limit: BATCH, ..SagaQuery::default() };
    loop {
        let page = query.clone();
        let rows = store.query(move |tx| tx.sagas(&page)).await?;
        let Some(last) = rows.last() else { return Ok(started) };
        query.after = Some(last.id.clone());
        for saga in rows.into_iter().filter(|saga| saga.engine == Some(lost) && saga.saga == kind.name) {
            let (id, kind) = (saga.id, kind.clone());
            let taken = store.transact(move |tx| take_from(tx, &id, &kind, lost, engine)).await?;
            if let Some(row) = taken {
                started.push(start(store, functions, &row).await?);
            }
        }
    }
}

fn take_from(
    tx: &mut dyn Tx,
    id: &SagaId,
    kind: &SagaKind,
    lost: EngineId,
    engine: Option<EngineId>,
) -> Result<Option<OutboxRow>, StoreError> {
    let saga = tx.saga(id, SagaLock::Update)?;
    // Somebody else may have been faster.
    let Some(mut saga) = saga.filter(|saga| saga.engine == Some(lost) && saga.is_open()) else {
        return Ok(None);
    };
    let Execution { machine, run } = execution_of(&saga, kind);
    tx.delete_outbox(&machine, &run)?;
    saga.begin_unwinding(Some("the engine that ran it is lost".into()), tx.now());
    begin_unwind(tx, SagaRow { engine, ..saga }, kind).map(Some)
}
