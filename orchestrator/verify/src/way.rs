//! The way of one saga: what happened in a run, as far as it is about that saga, and how everything stood then.

use std::collections::BTreeMap;
use std::sync::Arc;

use amends_saga::{Op, TaskPayload};
use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState};

use crate::Evidence;
use crate::explore::{Ended, Happened, Moment, ProviderCall};

/// How a saga stood at a moment, as the commits before it say.
#[derive(Debug, Default)]
pub(crate) struct Standing<'e> {
    /// The saga row.
    pub(crate) saga: Option<&'e SagaRow>,
    /// The ledger, by step.
    pub(crate) rows: BTreeMap<&'e str, &'e LedgerRow>,
    /// What each attempt at a task of this saga was asked, by its name.
    pub(crate) tasks: BTreeMap<&'e str, &'e TaskPayload>,
}

impl<'e> Standing<'e> {
    /// Where the saga stood; `None` before it began.
    pub(crate) fn state(&self) -> Option<SagaState> {
        self.saga.map(|saga| saga.state)
    }

    /// Whether there was a verdict.
    pub(crate) fn is_final(&self) -> bool {
        self.state().is_some_and(SagaState::is_final)
    }

    /// Whether somebody may still act: there was no verdict, or a repair was under way.
    pub(crate) fn is_open(&self) -> bool {
        self.saga.is_none_or(SagaRow::is_open)
    }

    /// The steps whose rows had this status.
    pub(crate) fn steps(&self, status: LedgerStatus) -> Vec<&'e str> {
        self.rows.iter().filter(|(_, row)| row.status == status).map(|(step, _)| *step).collect()
    }

    fn follow(&mut self, moment: &'e Moment) {
        match &moment.what {
            Happened::Saga { after, .. } => self.saga = Some(after),
            Happened::Ledger { after, .. } => {
                self.rows.insert(&after.step, after);
            }
            Happened::Delivered { payload } => {
                self.tasks.insert(&moment.actor, payload);
            }
            _ => {}
        }
    }
}

/// Goes the way: `look` sees each moment that is about the saga, and how everything stood just before it. Nobody goes
/// a way that nobody watched.
pub(crate) fn walk<'e>(evidence: &Evidence<'e>, mut look: impl FnMut(&Standing<'e>, &'e Moment)) {
    let Some(way) = evidence.way else { return };
    let mut standing = Standing::default();
    for moment in &way.moments {
        if is_about(evidence, &standing, moment) {
            look(&standing, moment);
            standing.follow(moment);
        }
    }
}

/// Every call that was made for the saga, in order, with the attempt that made it.
pub(crate) fn calls<'e>(evidence: &Evidence<'e>) -> Vec<(&'e Arc<str>, &'e ProviderCall)> {
    let mut calls = Vec::new();
    walk(evidence, |_, moment| {
        if let Happened::Called(call) = &moment.what {
            calls.push((&moment.actor, &**call));
        }
    });
    calls
}

/// Whether this change of a row begins an attempt at execute: it is counted, or somebody else has the lease.
pub(crate) fn begins_execute(before: Option<&LedgerRow>, after: &LedgerRow) -> bool {
    let counted = after.attempts > before.map_or(0, |row| row.attempts);
    let holder = |row: &LedgerRow| row.lease.map(|lease| lease.token);
    let leased = after.lease.is_some() && before.and_then(holder) != holder(after);
    counted || (leased && after.status == LedgerStatus::Started)
}

/// What an attempt of this name was asked, if it is of this op.
pub(crate) fn task_of<'e>(standing: &Standing<'e>, actor: &str, op: Op) -> Option<&'e TaskPayload> {
    standing.tasks.get(actor).copied().filter(|task| task.op == op)
}

fn is_about(evidence: &Evidence<'_>, standing: &Standing<'_>, moment: &Moment) -> bool {
    let id = &evidence.saga.id;
    match &moment.what {
        Happened::Saga { after, .. } => after.id == *id,
        Happened::Ledger { after, .. } => after.saga == *id,
        Happened::Delivered { payload } | Happened::Answered { payload, .. } => payload.saga_id == *id,
        Happened::Called(call) => {
            call.reference == id.as_str() || standing.tasks.contains_key(&*moment.actor)
        }
        Happened::Ended(Ended { machine, run, .. }) => is_execution_of(evidence, machine, run),
        Happened::Cancelled { saga } | Happened::UndoneByHand { saga, .. } => saga == id,
        Happened::Decided(decision) => decision.saga.as_ref() == Some(id),
        Happened::Started { machine, run } => is_execution_of(evidence, machine, run),
        Happened::SeenEnded { run } => {
            let own = |machine: &str| is_execution_of(evidence, machine, run);
            own(evidence.definition.name()) || own(&evidence.definition.unwind_name())
        }
        Happened::Injected { .. }
        | Happened::Refused { .. }
        | Happened::WentBack { .. }
        | Happened::Panicked
        | Happened::Noted(_)
        | Happened::ProcessStarted => false,
    }
}

/// The name alone does not say it: `order-1` is an order, or the first unwind of `order`.
fn is_execution_of(evidence: &Evidence<'_>, machine: &str, run: &str) -> bool {
    let saga = &evidence.saga;
    if machine == evidence.definition.unwind_name() {
        return (1..=saga.unwinds).any(|unwind| saga.id.unwind_run(unwind).as_str() == run);
    }
    saga.id.forward_run().as_str() == run
}
