//! The story of one order, as store and ledger know it: where it stands, and what happened when.

use amends_store::{
    LedgerRow, LedgerStatus, OrderRow, SagaLock, SagaRow, SagaState, Store, StoreError, StubRow, Undo,
};
use amends_types::{SagaId, Timestamp};

use crate::users_word;

/// What is known of an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Story {
    /// Everything.
    Whole(Box<OrderStory>),
    /// Only how it ended: it was pruned.
    Pruned(StubRow),
}

/// An order with its saga and its ledger, of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderStory {
    /// The saga.
    pub saga: SagaRow,
    /// The order; none for a saga of another kind.
    pub order: Option<OrderRow>,
    /// The ledger rows, in the order of the steps.
    pub rows: Vec<LedgerRow>,
}

/// One line of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// The step or state, or the order itself.
    pub of: String,
    /// What happened, for people.
    pub what: String,
}

impl Moment {
    /// Something that happened.
    pub fn new(at: Timestamp, of: &str, what: impl Into<String>) -> Self {
        Self { at, of: of.to_owned(), what: what.into() }
    }
}

/// The story of an order; none if there is no such order.
///
/// # Errors
/// When the store fails.
pub async fn story(store: &dyn Store, id: &SagaId) -> Result<Option<Story>, StoreError> {
    let id = id.clone();
    let read = move |tx: &mut dyn amends_store::Tx| {
        let Some(saga) = tx.saga(&id, SagaLock::None)? else {
            return Ok(tx.stub(&id)?.map(Story::Pruned));
        };
        let (order, rows) = (tx.order(&id)?, tx.ledger_rows(&id)?);
        Ok(Some(Story::Whole(Box::new(OrderStory { saga, order, rows }))))
    };
    store.query(read).await
}

impl OrderStory {
    /// Everything that store and ledger know to have happened, in order.
    pub fn moments(&self) -> Vec<Moment> {
        self.moments_with(Vec::new())
    }

    /// The same, together with what somebody else knows.
    pub fn moments_with(&self, others: Vec<Moment>) -> Vec<Moment> {
        let mut moments = beginnings(&self.saga);
        moments.extend(others);
        moments.extend(self.rows.iter().flat_map(row_moments));
        moments.extend(verdict(&self.saga));
        // Stable: what one transaction did stays in the order in which it is told here.
        moments.sort_by_key(|moment| moment.at);
        moments
    }
}

fn beginnings(saga: &SagaRow) -> Vec<Moment> {
    let mut moments = vec![Moment::new(saga.created, "order", "accepted at intake")];
    if let Some(since) = saga.unwinding_since {
        let reason = saga.reason.as_deref().unwrap_or("no reason was recorded");
        moments.push(Moment::new(since, "order", format!("unwinds: {reason}")));
    }
    moments
}

fn verdict(saga: &SagaRow) -> Option<Moment> {
    let text = match saga.state {
        SagaState::Stuck => "stuck: something could not be undone and waits for a person",
        SagaState::Committed | SagaState::Compensated | SagaState::Forward | SagaState::Unwinding => {
            users_word(saga.state)
        }
    };
    saga.ended.map(|ended| Moment::new(ended, "order", text))
}

fn row_moments(row: &LedgerRow) -> Vec<Moment> {
    let mut moments = Vec::new();
    let step = &row.step;
    if let Some(started) = row.started.filter(|started| row.finished != Some(*started)) {
        moments.push(Moment::new(started, step, "do"));
    }
    if let Some(finished) = row.finished {
        moments.push(Moment::new(finished, step, finished_text(row)));
    }
    if let Some(undoing) = row.undoing.filter(|undoing| row.settled != Some(*undoing)) {
        moments.push(Moment::new(undoing, step, "undo"));
    }
    if let Some(settled) = row.settled {
        moments.push(Moment::new(settled, step, settled_text(row)));
    }
    moments
}

fn finished_text(row: &LedgerRow) -> String {
    if row.output.is_some() {
        return match row.attempts {
            0 | 1 => "done".into(),
            attempts => format!("done at attempt {attempts}"),
        };
    }
    format!("refused: {}", row.reason.as_deref().unwrap_or("no reason was recorded"))
}

fn settled_text(row: &LedgerRow) -> String {
    if row.status == LedgerStatus::Parked {
        if row.undoing.is_none() && row.undo_reason.is_none() {
            let reason = row.reason.as_deref().unwrap_or("no reason was recorded");
            return format!("given up after {} attempts, and parked for a person: {reason}", row.attempts);
        }
        let reason = row.undo_reason.as_deref().unwrap_or("no reason was recorded");
        return format!("parked for a person after {} attempts to undo it: {reason}", row.undo_attempts);
    }
    match row.undo {
        Some(Undo::NeverStarted) => "nothing to undo: it never began".into(),
        Some(Undo::WasRefused) => "nothing to undo: it was refused".into(),
        Some(Undo::NothingHappened) => "nothing to undo: nothing had happened".into(),
        Some(Undo::NothingFound) => "nothing to undo: the provider knows of nothing".into(),
        Some(Undo::Resolved) => "undone outside, as a person says".into(),
        Some(Undo::Accepted) => "not undone, which a person accepts".into(),
        Some(Undo::Reversed) | None => "undone".into(),
    }
}
