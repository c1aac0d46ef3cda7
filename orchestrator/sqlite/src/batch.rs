//! One transaction that carries many requests.
//!
//! Three ends are possible. Committed: everybody hears the result of their own request. Rolled back, known for
//! certain: everybody hears that. Unknown: nobody hears anything, because every answer might be wrong.

use rusqlite::{Connection, ErrorCode};

use crate::error::{explain, is_damage};
use crate::request::{Request, Wish};

/// How a batch ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Durable, as the commit of this number; none when no request changed anything, in which case nothing was synced.
    Committed { seq: Option<u64> },
    /// Nothing of it happened.
    RolledBack { reason: String },
    /// It may or may not have happened.
    Unknown { reason: String },
}

/// A transaction with its requests, not yet committed.
pub(crate) struct Batch<'a> {
    db: &'a Connection,
    requests: Vec<Box<dyn Request>>,
    wrote: bool,
    /// Set when SQLite ended the transaction by itself, as it does for a full disk.
    lost: Option<String>,
    /// The request whose own error ended it.
    culprit: Option<Box<dyn Request>>,
}

/// A batch that is over.
pub(crate) struct Ended {
    pub(crate) end: End,
    pub(crate) requests: Vec<Box<dyn Request>>,
    /// Has a better answer than the others of a batch that was rolled back: its own error.
    pub(crate) culprit: Option<Box<dyn Request>>,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(db: &'a Connection) -> Self {
        let lost = run(db, "BEGIN IMMEDIATE").err().map(|error| error.to_string());
        Self { db, requests: Vec::new(), wrote: false, lost, culprit: None }
    }

    pub(crate) fn len(&self) -> usize {
        self.requests.len() + usize::from(self.culprit.is_some())
    }

    /// False once nothing can be added.
    pub(crate) fn is_open(&self) -> bool {
        self.lost.is_none()
    }

    /// Runs the request in a savepoint of its own. A batch that has been lost takes it along unrun.
    pub(crate) fn add(&mut self, mut request: Box<dyn Request>) {
        if self.lost.is_some() {
            self.requests.push(request);
            return;
        }
        match self.run_in_savepoint(request.as_mut()) {
            Ok(()) => self.requests.push(request),
            Err(Lost { reason, by_own_error }) => {
                self.lost = Some(reason);
                if by_own_error {
                    self.culprit = Some(request);
                } else {
                    self.requests.push(request);
                }
            }
        }
    }

    fn run_in_savepoint(&mut self, request: &mut dyn Request) -> Result<(), Lost> {
        run(self.db, "SAVEPOINT request")?;
        let before = self.db.total_changes();
        let wish = request.run(self.db);
        if self.db.is_autocommit() {
            let reason = "a statement of the batch failed in a way that ends it, such as for a full disk";
            return Err(Lost { reason: reason.to_owned(), by_own_error: wish == Wish::RollBack });
        }
        if wish == Wish::RollBack {
            run(self.db, "ROLLBACK TO request")?;
        }
        run(self.db, "RELEASE request")?;
        self.wrote |= wish == Wish::Keep && self.db.total_changes() != before;
        Ok(())
    }

    /// Commits as the next commit of the file. Answers nobody: that is for whoever knows that the number is published.
    pub(crate) fn commit(self) -> Ended {
        let end = match &self.lost {
            Some(reason) => self.roll_back(reason.clone()),
            None => self.try_commit(),
        };
        Ended { end, requests: self.requests, culprit: self.culprit }
    }

    fn try_commit(&self) -> End {
        let seq = match self.wrote.then(|| next_seq(self.db)).transpose() {
            Ok(seq) => seq,
            Err(error) => return self.roll_back(explain(&error)),
        };
        match run(self.db, "COMMIT") {
            Ok(()) => End::Committed { seq },
            Err(error) if left_undone(&error) => self.roll_back(explain(&error)),
            Err(error) => End::Unknown { reason: error.to_string() },
        }
    }

    fn roll_back(&self, reason: String) -> End {
        if self.db.is_autocommit() {
            return End::RolledBack { reason };
        }
        match run(self.db, "ROLLBACK") {
            Ok(()) => End::RolledBack { reason },
            Err(error) => End::Unknown { reason: format!("{reason}; then the rollback failed: {error}") },
        }
    }
}

/// The transaction is gone, or cannot be used any more.
struct Lost {
    reason: String,
    by_own_error: bool,
}

impl From<rusqlite::Error> for Lost {
    fn from(error: rusqlite::Error) -> Self {
        Self { reason: error.to_string(), by_own_error: false }
    }
}

/// Whether a failed COMMIT is known to have committed nothing.
///
/// SQLite checks constraints and locks before it writes the log, and a full disk is met while the log is written,
/// before the page that would make it count is complete. A damaged page is met while pages are read, which is over when
/// the log is written. A failed sync is another matter: the kernel may have
/// dropped the pages, or may have written them.
fn left_undone(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    is_damage(error)
        || matches!(
            code,
            Some(ErrorCode::ConstraintViolation | ErrorCode::DatabaseBusy | ErrorCode::DiskFull)
        )
}

/// Counts the commit in the file, where other processes that write it count theirs too.
fn next_seq(db: &Connection) -> rusqlite::Result<u64> {
    let mut count = db.prepare_cached("UPDATE amends_commit SET seq = seq + 1 WHERE id = 1 RETURNING seq")?;
    let seq: i64 = count.query_row((), |row| row.get(0))?;
    Ok(seq.cast_unsigned())
}

fn run(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute(()).map(drop)
}
