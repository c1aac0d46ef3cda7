//! The store, and how work is handed to it.

use std::sync::{Arc, Mutex};

use amends_types::{BoxFuture, DeploymentId};

use crate::{StoreError, Tx};

/// What a transaction does. It may be called again from the start when the database asks for that, so it must have
/// no effect but through the transaction.
pub type Work = Box<dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send>;

/// Whether a transaction may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads, and sees one committed state: at least everything that was answered before it began.
    Read,
    /// It only reads, and may see an older committed state where that is cheaper: from a replica. Without one it is as
    /// [`Access::Read`].
    ReadLagging,
    /// It may change rows.
    Write,
}

/// A store of sagas.
///
/// Work is a synchronous closure, because a transaction must never be open across an await: SQLite has one writer,
/// and a task that waits while holding it would stop all others.
pub trait Store: Send + Sync + 'static {
    /// Minted once in this database; idempotency keys are derived from it.
    ///
    /// # Behaviour
    /// - The deployment never changes.
    fn deployment(&self) -> DeploymentId;

    /// The number of the last commit that is known to be durable. It grows with every commit that changes something.
    ///
    /// # Behaviour
    /// - The commit sequence grows with every commit that changes something.
    /// - The commit sequence stays when nothing is changed.
    fn commit_sequence(&self) -> u64;

    /// Runs `work` in one transaction and answers once its outcome is durable. Prefer `transact` and `query` of
    /// `dyn Store`, which hand the work's own answer or error back.
    ///
    /// Dropping the future once it has been polled does not take the work back.
    ///
    /// # Behaviour
    /// - A read sees what was answered before it.
    /// - A failing transaction does not disturb its neighbours.
    /// - A panicking transaction does not disturb its neighbours.
    /// - A panic goes on in the caller and leaves nothing.
    ///
    /// # Errors
    /// What `work` answers; [`StoreError::ReadOnly`] for a change asked of a transaction that only reads.
    ///
    /// # Panics
    /// When `work` panics: it is rolled back, and its panic goes on in the caller.
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}

impl dyn Store {
    /// Runs `work` in a transaction that may change rows. When `work` answers an error, everything is rolled back.
    ///
    /// # Errors
    /// What `work` answers, or a [`StoreError`].
    pub async fn transact<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run_typed(Access::Write, work).await
    }

    /// Runs `work` in a transaction that only reads.
    ///
    /// # Errors
    /// What `work` answers, or a [`StoreError`].
    pub async fn query<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run_typed(Access::Read, work).await
    }

    /// Runs `work` in a transaction that only reads, perhaps on a replica: for lists and counts that may be a little old.
    ///
    /// # Errors
    /// What `work` answers, or a [`StoreError`].
    pub async fn query_lagging<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run_typed(Access::ReadLagging, work).await
    }

    async fn run_typed<T, E>(
        &self,
        access: Access,
        mut work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let slot: Arc<Mutex<Option<Result<T, E>>>> = Arc::new(Mutex::new(None));
        let result = slot.clone();
        let erased: Work = Box::new(move |tx| {
            let answer = work(tx);
            let failed = answer.is_err();
            *slot.lock().expect("nothing panics while it holds this lock") = Some(answer);
            if failed { Err(StoreError::RolledBack) } else { Ok(()) }
        });
        let outcome = self.run(access, erased).await;
        let answer = result.lock().expect("nothing panics while it holds this lock").take();
        match (outcome, answer) {
            (Ok(()), Some(answer)) => answer,
            (Err(StoreError::RolledBack), Some(Err(error))) => Err(error),
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StoreError::Unavailable("the work was not run".into()).into()),
        }
    }
}
