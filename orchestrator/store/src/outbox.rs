//! The outbox: sagas that must become executions, and have not yet.
//!
//! A row is written in the transaction that creates the saga, and deleted after StartExecution answered. Between the
//! two, StartExecution may run any number of times; the execution's name makes it one.

use amends_types::{EngineId, RunName, SagaId, Timestamp};

use crate::StoreError;

/// An execution that must be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The execution's name.
    pub run: RunName,
    /// The state machine's name.
    pub machine: String,
    /// The saga that it runs.
    pub saga: SagaId,
    /// The execution's input, as JSON text.
    pub input: String,
    /// When the row was written.
    pub created: Timestamp,
    /// The engine that must run it; none where Step Functions is shared by all.
    pub engine: Option<EngineId>,
    /// Until when somebody is starting it.
    pub claimed_until: Option<Timestamp>,
}

/// The outbox in a transaction.
pub trait OutboxTx {
    /// Adds a row.
    ///
    /// # Behaviour
    /// - A second row for a machine and run is refused.
    /// - A run may wait for two machines.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is one for this machine and run.
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError>;

    /// Removes a row, if it is there.
    ///
    /// # Behaviour
    /// - A deleted row is gone, and only that one.
    /// - Deleting a row that is not there changes nothing.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError>;

    /// Takes the oldest rows of an engine that nobody is starting, oldest first, at most `limit`: each is claimed until
    /// then, and nobody else gets it before that.
    ///
    /// # Behaviour
    /// - A row is claimed by one at a time.
    /// - A claim that ran out can be taken by another.
    /// - Only rows of the engine are claimed.
    ///
    /// # Errors
    /// When the store fails.
    fn claim_outbox(
        &mut self,
        engine: Option<EngineId>,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError>;

    /// Ends all claims on an engine's rows. Only for the one process that starts them: what it had claimed before is not
    /// being started any more, or by itself.
    ///
    /// # Behaviour
    /// - Claims of an engine can be ended.
    ///
    /// # Errors
    /// When the store fails.
    fn release_outbox(&mut self, engine: Option<EngineId>) -> Result<(), StoreError>;

    /// The oldest rows, oldest first, at most `limit`, claimed or not.
    ///
    /// # Behaviour
    /// - The oldest rows come first.
    ///
    /// # Errors
    /// When the store fails.
    fn outbox(&mut self, limit: usize) -> Result<Vec<OutboxRow>, StoreError>;
}
