//! A write request on its way through the writer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;

use crate::WriteError;

/// What the writer must do with a request's savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Keep,
    RollBack,
}

/// One request; its types are known only to whoever made it.
pub(crate) trait Request: Send {
    /// Does the work, once.
    fn run(&mut self, db: &Connection) -> Wish;

    /// Tells the requester the result of its work, or, if the batch went wrong, why there is none.
    fn answer(self: Box<Self>, batch: Result<(), WriteError>);
}

/// A request that returns `Result<T, E>` and is answered through `reply`.
pub(crate) struct Work<W, T, E, R> {
    work: Option<W>,
    result: Option<Result<T, E>>,
    reply: R,
}

impl<W, T, E, R> Work<W, T, E, R> {
    pub(crate) fn new(work: W, reply: R) -> Self {
        Self { work: Some(work), result: None, reply }
    }
}

impl<W, T, E, R> Request for Work<W, T, E, R>
where
    W: FnOnce(&Connection) -> Result<T, E> + Send,
    T: Send,
    E: From<WriteError> + Send,
    R: FnOnce(Result<T, E>) + Send,
{
    fn run(&mut self, db: &Connection) -> Wish {
        let work = self.work.take().expect("a request runs once");
        let result = catch_unwind(AssertUnwindSafe(|| work(db)))
            .unwrap_or_else(|panic| Err(WriteError::Panicked { message: message_of(panic.as_ref()) }.into()));
        let wish = if result.is_ok() { Wish::Keep } else { Wish::RollBack };
        self.result = Some(result);
        wish
    }

    fn answer(self: Box<Self>, batch: Result<(), WriteError>) {
        let answer = match batch {
            Ok(()) => self.result.expect("a request runs before it is answered"),
            Err(error) => Err(error.into()),
        };
        (self.reply)(answer);
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => "no message".to_owned(),
    }
}
