//! The desk: takes a call, lets its fault happen, and answers within the call's limit.

use std::sync::Arc;
use std::time::Duration;

use amends_types::{Clock, IdempotencyKey, Sha256Hex};
use serde_json::Value;

use super::arrival::{Arrival, Extent};
use super::{Ask, CallPoint, Fault, FaultHook, Operation, Served};
use crate::books::{Books, BooksError, Entry, Page, transact};
use crate::{Call, Contract, ProviderError, ProviderKind};

/// One sandbox provider's front.
#[derive(Clone)]
pub(crate) struct Desk {
    provider: ProviderKind,
    contract: Contract,
    books: Arc<dyn Books>,
    clock: Arc<dyn Clock>,
    faults: Option<FaultHook>,
}

/// A request that may change something.
pub(crate) struct Submission<A> {
    pub(crate) ask: A,
    pub(crate) reference: String,
    /// Everything that makes the request what it is, for the comparison of repeats.
    pub(crate) body: Value,
}

const SERVER_ERROR: ProviderError = ProviderError::ServerError { status: 500 };

/// The reason that an injected refusal gives.
const DECLINE_CODE: &str = "injected_decline";

impl Desk {
    pub(crate) fn new(
        provider: ProviderKind,
        contract: Contract,
        books: Arc<dyn Books>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { provider, contract, books, clock, faults: None }
    }

    pub(crate) fn set_faults(&mut self, hook: FaultHook) {
        self.faults = Some(hook);
    }

    pub(crate) fn contract(&self) -> Contract {
        self.contract
    }

    /// Serves a request that may change something.
    pub(crate) async fn submit<A: Ask>(
        &self,
        call: &Call,
        submission: Submission<A>,
    ) -> Result<Served, ProviderError> {
        let operation = submission.ask.operation();
        let injected = self.injected(operation, &submission.reference, Some(call.key));
        let mut arrival = self.arrival(call, submission);
        let first = arrival.clone();
        let (fault, answer) = self.transact(move |page| meet(page, &first, injected)).await?;
        match fault {
            Fault::None
            | Fault::Unavailable
            | Fault::Declined
            | Fault::RequestLost
            | Fault::ErrorBeforeEffect => answer,
            Fault::ReplyLost => Err(ProviderError::Interrupted),
            Fault::ErrorAfterEffect | Fault::Partial => Err(SERVER_ERROR),
            Fault::Delayed { by } => {
                self.wait(by, call.limit).await?;
                arrival.at = arrival.at.plus(by);
                let late = move |page: &mut dyn Page| {
                    let scene = arrival.scene(page)?;
                    arrival.serve(page, &scene, Extent::Whole)
                };
                self.transact(late).await?
            }
        }
    }

    /// Everything that happened for `reference`, for a lookup.
    pub(crate) async fn look(
        &self,
        limit: Duration,
        operation: Operation,
        reference: &str,
    ) -> Result<Vec<Entry>, ProviderError> {
        match self.injected(operation, reference, None) {
            Fault::None => {}
            Fault::Unavailable => return Err(ProviderError::Unavailable { after: None }),
            Fault::Declined => return Err(ProviderError::declined(DECLINE_CODE)),
            Fault::RequestLost | Fault::ReplyLost => return Err(ProviderError::Interrupted),
            Fault::ErrorBeforeEffect | Fault::ErrorAfterEffect | Fault::Partial => return Err(SERVER_ERROR),
            Fault::Delayed { by } => self.wait(by, limit).await?,
        }
        super::settle(&*self.books, self.clock.now()).await.map_err(broken_books)?;
        let (provider, reference) = (self.provider, reference.to_owned());
        self.transact(move |page| page.entries_of(provider, &reference)).await
    }

    fn injected(&self, operation: Operation, reference: &str, key: Option<IdempotencyKey>) -> Fault {
        let point = CallPoint { provider: self.provider, operation, reference, key };
        self.faults.as_ref().map_or(Fault::None, |choose| choose(&point))
    }

    fn arrival<A: Ask>(&self, call: &Call, submission: Submission<A>) -> Arrival<A> {
        let window = self.contract.key_window_seconds;
        Arrival {
            ask: submission.ask,
            reference: submission.reference,
            key: call.key,
            body_sha256: Sha256Hex::of_json(&submission.body),
            at: self.clock.now(),
            key_window: window.map_or(Duration::MAX, |seconds| Duration::from_secs(u64::from(seconds))),
        }
    }

    /// Waits for a request that is under way for `by`, but no longer than `limit`.
    async fn wait(&self, by: Duration, limit: Duration) -> Result<(), ProviderError> {
        self.clock.sleep(by.min(limit)).await;
        if by >= limit { Err(ProviderError::TimedOut) } else { Ok(()) }
    }

    async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Page) -> Result<T, BooksError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        transact(&*self.books, work).await.map_err(broken_books)
    }
}

/// The provider's side of one call: what happens to it, and what its answer would be.
fn meet<A: Ask>(
    page: &mut dyn Page,
    arrival: &Arrival<A>,
    injected: Fault,
) -> Result<(Fault, Result<Served, ProviderError>), BooksError> {
    let scene = arrival.scene(page)?;
    let fault = match arrival.fault(page, &scene, injected)? {
        Ok(fault) => fault,
        Err(refusal) => return Ok((Fault::None, Err(refusal))),
    };
    let answer = match fault {
        Fault::None | Fault::ReplyLost | Fault::ErrorAfterEffect => {
            arrival.serve(page, &scene, Extent::Whole)?
        }
        Fault::Partial => arrival.serve(page, &scene, Extent::Part)?,
        Fault::Unavailable => Err(ProviderError::Unavailable { after: None }),
        Fault::Declined => Err(ProviderError::declined(DECLINE_CODE)),
        Fault::RequestLost => Err(ProviderError::Interrupted),
        Fault::ErrorBeforeEffect => Err(SERVER_ERROR),
        Fault::Delayed { by } => {
            arrival.delay(page, by)?;
            Err(ProviderError::TimedOut)
        }
    };
    Ok((fault, answer))
}

/// To its client, a provider whose books fail has failed, and may have done anything.
fn broken_books(_: BooksError) -> ProviderError {
    SERVER_ERROR
}
