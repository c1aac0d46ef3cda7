//! One stub provider, as a step's provider trait calls it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amends_types::Clock;

use super::books::{Books, Owner, Request, Served};
use super::{Call, Receipt, Reversed, StubError};
use crate::explore::{CallFate, Line, Wire};

/// A stub provider of one step. Clones are handles to the same.
#[derive(Clone)]
pub struct StubProvider {
    pub(super) owner: Owner,
    pub(super) books: Arc<Mutex<Books>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) wire: Wire,
}

/// What looking up is called.
const FIND: &str = "find";

impl StubProvider {
    /// How long it remembers a key.
    pub const KEY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
    /// How long after it was sent a request may arrive.
    pub const SETTLE: Duration = Duration::from_secs(5);

    /// The same with so many places: as many effects can be there at once, over all sagas.
    #[must_use]
    pub fn with_places(mut self, places: usize) -> Self {
        self.owner.places = Some(places);
        self
    }

    /// Has the effect, once for this key.
    ///
    /// # Errors
    /// [`StubError`], which says whether the effect may have happened.
    pub async fn apply(&self, call: Call<'_>) -> Result<Receipt, StubError> {
        match self.ask(call, false).await? {
            Served::Applied(receipt) => Ok(receipt),
            Served::Reversed(_) => unreachable!("a request to apply was answered as one to reverse"),
        }
    }

    /// Takes back the effect that there is for this saga, whatever key it was had under. The call's own key must be
    /// another one.
    ///
    /// # Errors
    /// [`StubError`], which says whether it may have been taken back.
    pub async fn reverse(&self, call: Call<'_>) -> Result<Reversed, StubError> {
        match self.ask(call, true).await? {
            Served::Reversed(reversed) => Ok(reversed),
            Served::Applied(_) => unreachable!("a request to reverse was answered as one to apply"),
        }
    }

    /// The id of the effect that there is for this saga. None proves nothing before [`Self::SETTLE`] has passed.
    ///
    /// # Errors
    /// [`StubError`]. Nothing changes, so it can be asked again.
    pub async fn find(&self, reference: &str) -> Result<Option<String>, StubError> {
        let line = Line {
            operation: FIND,
            reference,
            key: None,
            key_window: None,
            has_parts: false,
            object: None,
            relies_on_key: false,
        };
        let fate = self.wire.meet(line).await;
        let answer = self.looked_up(reference, fate);
        self.tell(line, &answer);
        answer
    }

    async fn ask(&self, call: Call<'_>, reverses: bool) -> Result<Served, StubError> {
        let operation = if reverses { self.owner.reverse } else { self.owner.apply };
        let Call { reference, key, body } = call;
        let line = Line {
            operation,
            reference,
            key: Some(key),
            key_window: Some(Self::KEY_WINDOW),
            has_parts: false,
            object: None,
            // What is reversed is reversed once, whatever the key.
            relies_on_key: !reverses,
        };
        let fate = self.wire.meet(line).await;
        let request = self.request(operation, &Call { reference, key, body }, reverses);
        let answer = self.served(request, fate);
        self.tell(line, &answer);
        answer
    }

    pub(super) fn request(&self, operation: &str, call: &Call<'_>, reverses: bool) -> Request {
        let Call { reference, key, body } = call;
        let body_sha256 = Request::body_sha256(operation, reference, body);
        Request { owner: self.owner, reverses, reference: (*reference).to_owned(), key: *key, body_sha256 }
    }

    /// The provider's side of one call: what it does, and what the caller hears of it.
    pub(super) fn served(&self, request: Request, fate: CallFate) -> Result<Served, StubError> {
        let (mut books, now) = (self.books(), self.clock.now());
        books.note(&request);
        match fate {
            CallFate::Plain => books.serve(request, now),
            CallFate::Declined => Err(StubError::Declined),
            CallFate::Unavailable => Err(StubError::Unavailable),
            CallFate::RequestLost => Err(StubError::Interrupted),
            CallFate::CachedError => Err(StubError::ServerError),
            CallFate::ReplyLost => {
                drop(books.serve(request, now));
                Err(StubError::Interrupted)
            }
            // An effect here has no parts.
            CallFate::ErrorAfterEffect | CallFate::Partial => {
                drop(books.serve(request, now));
                Err(StubError::ServerError)
            }
            CallFate::Late => {
                books.delay(request, now, Self::SETTLE);
                Err(StubError::TimedOut)
            }
        }
    }

    pub(super) fn looked_up(&self, reference: &str, fate: CallFate) -> Result<Option<String>, StubError> {
        match fate {
            CallFate::Plain => {
                let mut books = self.books();
                books.settle(self.clock.now());
                Ok(books.live(self.owner, reference))
            }
            CallFate::Declined => Err(StubError::Declined),
            CallFate::Unavailable => Err(StubError::Unavailable),
            CallFate::RequestLost | CallFate::ReplyLost => Err(StubError::Interrupted),
            CallFate::ErrorAfterEffect | CallFate::CachedError | CallFate::Partial => {
                Err(StubError::ServerError)
            }
            CallFate::Late => Err(StubError::TimedOut),
        }
    }

    fn tell<T>(&self, line: Line<'_>, answer: &Result<T, StubError>) {
        let told = answer.as_ref().map(|_| "ok".to_owned()).map_err(ToString::to_string);
        let proven = answer.as_ref().err().is_some_and(|error| error.effect() == amends_saga::Effect::None);
        self.wire.told(line, told, proven);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
