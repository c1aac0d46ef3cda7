//! Alarms: what a person must look at.

use std::collections::HashSet;

use amends_store::{OutboxRow, SagaQuery, SagaState, Store, StoreError};
use amends_types::{SagaId, Timestamp};
use serde::Serialize;

/// How many rows are read at once.
const BATCH: usize = 500;
/// After so many seconds an order that was not started is an alarm.
const START_SECONDS: i64 = 60;

/// Why a person must look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// Something of the saga could not be undone.
    Stuck,
    /// The saga's execution was not started in time.
    NotStarted,
    /// The saga's execution can never be started as it is.
    CannotStart,
    /// The sweeper cannot bring the saga to an end.
    Unsettled,
    /// A notice could not be delivered and was given up.
    ParkedNotice,
}

impl AlarmKind {
    /// The name, as logs, metrics and webhooks have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::NotStarted => "not_started",
            Self::CannotStart => "cannot_start",
            Self::Unsettled => "unsettled",
            Self::ParkedNotice => "parked_notice",
        }
    }
}

/// Something that a person must look at. No personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// Why.
    pub kind: AlarmKind,
    /// Which saga.
    pub saga: SagaId,
    /// More, for people.
    pub text: String,
}

/// Remembers which alarms were raised, so that each is raised once while it lasts.
#[derive(Debug, Default)]
pub struct Alarms {
    raised: HashSet<(AlarmKind, SagaId)>,
}

impl Alarms {
    /// Of these alarms, which are all that there are now, those that are new.
    pub fn renew(&mut self, now: Vec<Alarm>) -> Vec<Alarm> {
        let there: HashSet<_> = now.iter().map(|alarm| (alarm.kind, alarm.saga.clone())).collect();
        let mut told = HashSet::new();
        let mut new = now;
        new.retain(|alarm| {
            let key = (alarm.kind, alarm.saga.clone());
            !self.raised.contains(&key) && told.insert(key)
        });
        self.raised = there;
        new
    }
}

/// What waits for a person in the store: stuck sagas, parked notices, and orders that were not started in time.
///
/// # Errors
/// When the store fails.
pub async fn find_alarms(store: &dyn Store) -> Result<Vec<Alarm>, StoreError> {
    let mut alarms = stuck(store).await?;
    alarms.extend(parked_notices(store).await?);
    alarms.extend(not_started(store).await?);
    Ok(alarms)
}

async fn stuck(store: &dyn Store) -> Result<Vec<Alarm>, StoreError> {
    let mut alarms = Vec::new();
    let state = Some(SagaState::Stuck);
    let mut query = SagaQuery { state, limit: BATCH, ..SagaQuery::default() };
    loop {
        let page = query.clone();
        let rows = store.query(move |tx| tx.sagas(&page)).await?;
        let Some(last) = rows.last() else { return Ok(alarms) };
        query.after = Some(last.id.clone());
        let waiting = rows.into_iter().filter(|saga| !saga.repairing && !saga.is_frozen());
        alarms.extend(waiting.map(|saga| Alarm {
            kind: AlarmKind::Stuck,
            text: saga.reason.unwrap_or_else(|| "no reason was recorded".into()),
            saga: saga.id,
        }));
    }
}

async fn parked_notices(store: &dyn Store) -> Result<Vec<Alarm>, StoreError> {
    let mut alarms = Vec::new();
    let mut after: Option<(SagaId, u32)> = None;
    loop {
        let from = after.clone();
        let rows = store
            .query(move |tx| tx.parked_rows(from.as_ref().map(|(saga, position)| (saga, *position)), BATCH))
            .await?;
        let Some(last) = rows.last() else { return Ok(alarms) };
        after = Some((last.saga.clone(), last.position));
        alarms.extend(rows.into_iter().filter(|row| row.best_effort).map(|row| Alarm {
            kind: AlarmKind::ParkedNotice,
            saga: row.saga,
            text: format!("{}: {}", row.step, row.undo_reason.or(row.reason).unwrap_or_default()),
        }));
    }
}

async fn not_started(store: &dyn Store) -> Result<Vec<Alarm>, StoreError> {
    let read = |tx: &mut dyn amends_store::Tx| Ok::<_, StoreError>((tx.now(), tx.outbox(BATCH)?));
    let (now, rows) = store.query(read).await?;
    let late = rows.into_iter().filter(|row| is_late(row, now));
    let alarm = |row: OutboxRow| Alarm {
        kind: AlarmKind::NotStarted,
        text: format!("{} waits in the outbox since {}", row.machine, row.created),
        saga: row.saga,
    };
    Ok(late.map(alarm).collect())
}

fn is_late(row: &OutboxRow, now: Timestamp) -> bool {
    now.as_micros().saturating_sub(row.created.as_micros()) > START_SECONDS * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_raised_once_while_it_lasts_and_again_when_it_comes_back() {
        let alarm = |kind, saga: &str| Alarm { kind, saga: saga.parse().unwrap(), text: String::new() };
        let (a, b) = (alarm(AlarmKind::Stuck, "a"), alarm(AlarmKind::Stuck, "b"));
        let mut alarms = Alarms::default();
        assert_eq!(alarms.renew(vec![a.clone(), a.clone()]), std::slice::from_ref(&a));
        assert_eq!(alarms.renew(vec![a.clone(), b.clone()]), std::slice::from_ref(&b));
        assert_eq!(alarms.renew(vec![b]), []);
        assert_eq!(alarms.renew(vec![a.clone()]), [a]);
        assert_eq!(alarms.renew(vec![alarm(AlarmKind::NotStarted, "a")]).len(), 1);
    }
}
