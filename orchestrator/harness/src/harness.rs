//! The entry point: one task in, one answer out.

use std::collections::HashMap;
use std::sync::Arc;

use amends_saga::{Op, TaskError, TaskErrorKind, TaskPayload};
use amends_store::{Store, StoreError};
use amends_types::{Clock, Entropy, SagaId};
use serde_json::Value;

use crate::Saga;
use crate::protocol::{self, Mode};
use crate::shared::Shared;

/// What a harness is made of.
pub struct HarnessOptions {
    /// Where sagas and their ledger are.
    pub store: Arc<dyn Store>,
    /// The time of this process; leases go by the store's own clock.
    pub clock: Arc<dyn Clock>,
    /// Where lease tokens come from.
    pub entropy: Arc<dyn Entropy>,
    /// The sagas whose steps this worker has.
    pub sagas: Vec<Saga>,
}

/// Runs the tasks of sagas. Cheap to clone.
#[derive(Clone)]
pub struct Harness {
    shared: Arc<Shared>,
}

impl Harness {
    /// A harness for these sagas.
    ///
    /// # Panics
    /// When two sagas have one name.
    pub fn new(options: HarnessOptions) -> Self {
        let mut sagas = HashMap::new();
        for saga in options.sagas {
            let name = saga.definition().name();
            assert!(sagas.insert(name, saga).is_none(), "two sagas are named {name}");
        }
        let HarnessOptions { store, clock, entropy, .. } = options;
        Self { shared: Arc::new(Shared { store, clock, entropy, sagas }) }
    }

    /// Does what a task asks, and answers with a short summary for the execution's history.
    ///
    /// # Errors
    /// A [`TaskError`], whose name the state machine matches.
    pub async fn handle(&self, payload: TaskPayload) -> Result<Value, TaskError> {
        match payload.op {
            Op::Execute => protocol::execute(&self.shared, payload, Mode::Forward).await,
            Op::Compensate => protocol::compensate(&self.shared, payload).await,
            Op::Settle => protocol::settle(&self.shared, payload).await,
        }
    }

    /// As [`Harness::handle`], for a payload that arrives as JSON.
    ///
    /// # Errors
    /// [`TaskErrorKind::Bug`] when the payload is not one of ours, and as [`Harness::handle`].
    pub async fn handle_json(&self, payload: Value) -> Result<Value, TaskError> {
        match serde_json::from_value(payload) {
            Ok(payload) => self.handle(payload).await,
            // serde's own message could quote what is in the payload.
            Err(_) => Err(TaskError::new(
                TaskErrorKind::Bug,
                "not a task of a saga, which has saga_id, run, step, op and retry and nothing else",
            )),
        }
    }

    /// Executes a best-effort step that a committed saga still owes.
    ///
    /// # Errors
    /// As an execute; `Cancelled` when the saga is not committed.
    pub async fn deliver(&self, saga: &SagaId, step: &str) -> Result<Value, TaskError> {
        let payload = TaskPayload {
            saga_id: saga.clone(),
            run: saga.forward_run(),
            step: step.to_owned(),
            op: Op::Execute,
            retry: 0,
        };
        protocol::execute(&self.shared, payload, Mode::Owed).await
    }

    /// Ends every lease and puts those rows in doubt; says how many there were.
    ///
    /// Only for whoever knows that no worker of this store is alive: an embedded process that has just locked its
    /// data directory.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_leases_of_dead_workers(&self) -> Result<usize, StoreError> {
        protocol::end_leases(&self.shared).await
    }
}
