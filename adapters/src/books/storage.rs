//! Where books are kept: in memory for verification, in SQLite otherwise.

use amends_types::{BoxFuture, IdempotencyKey};
use thiserror::Error;
use tokio::sync::oneshot;

use super::{Entry, Page, Position};

/// What one transaction does with the books.
pub type Work = Box<dyn FnOnce(&mut dyn Page) -> Result<(), BooksError> + Send>;

/// Books that an auditor may read. A read blocks the thread for a moment and sees only what is durable.
pub trait BooksReader: Send + Sync {
    /// At most `limit` entries that follow `after`, ordered by reference and seq. See [`Entries`](super::Entries).
    ///
    /// # Errors
    /// When the storage fails, as in every method here.
    fn entries_after(&self, after: Option<&Position>, limit: usize) -> Result<Vec<Entry>, BooksError>;

    /// Everything that happened for one reference, at any provider, by seq.
    ///
    /// # Errors
    /// When the storage fails.
    fn entries_of(&self, reference: &str) -> Result<Vec<Entry>, BooksError>;

    /// How many effects one key caused.
    ///
    /// # Errors
    /// When the storage fails.
    fn count_of_key(&self, key: &IdempotencyKey) -> Result<u64, BooksError>;
}

/// Books that providers write.
pub trait Books: BooksReader + 'static {
    /// Runs `work` in one transaction, alone, and completes once it is durable. An error of `work` undoes it.
    ///
    /// The work is done whether or not the future is polled to its end: a provider does not stop because its client
    /// hung up.
    ///
    /// # Errors
    /// What `work` returned, or that the storage failed.
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), BooksError>>;
}

/// The storage of the books failed.
#[derive(Debug, Error)]
pub enum BooksError {
    /// SQLite refused.
    #[error("the books cannot be read or written: {0}")]
    Sqlite(#[from] amends_sqlite::rusqlite::Error),
    /// The writer did not write.
    #[error("the books were not written: {0}")]
    Write(#[from] amends_sqlite::WriteError),
    /// What is stored is not what we store.
    #[error("an entry of the books cannot be understood: {what}")]
    Unreadable {
        /// What is wrong with it.
        what: String,
    },
}

/// [`Books::run`] for work that has a result.
pub(crate) async fn transact<T: Send + 'static>(
    books: &dyn Books,
    work: impl FnOnce(&mut dyn Page) -> Result<T, BooksError> + Send + 'static,
) -> Result<T, BooksError> {
    let (sender, mut receiver) = oneshot::channel();
    let run = books.run(Box::new(move |page| {
        // Nobody receives when the caller has hung up.
        drop(sender.send(work(page)?));
        Ok(())
    }));
    run.await?;
    Ok(receiver.try_recv().expect("work that ran to its end has sent its result"))
}
