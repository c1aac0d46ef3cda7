//! Whether a compensate may begin.

use amends_saga::{TaskErrorKind as Kind, TaskPayload};
use amends_store::{LedgerRow, LedgerStatus, SagaLock, SagaRow, SagaState, StoreError, StubRow, Tx, Undo};
use amends_types::Timestamp;

use super::answer::{Answer, refuse, short, summary};
use super::gate::{copied, end_expired_lease, find_step, fresh_row, unknown_step};
use super::recovered;
use crate::saga::RunnableStep;
use crate::shared::Shared;

pub(super) enum UndoGate {
    /// There is nothing to do but to answer this.
    Answer(Answer),
    /// The saga was recovered from a backup: these steps must be undone before.
    First(Vec<&'static str>),
    /// The step must be asked; the row is `undoing` and not leased.
    Pass(Box<UndoPassed>),
}

pub(super) struct UndoPassed {
    pub(super) step: RunnableStep,
    pub(super) row: LedgerRow,
    /// Whether the ledger may lack what earlier attempts did.
    pub(super) recovered: bool,
}

pub(super) fn undo_gate(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
) -> Result<UndoGate, StoreError> {
    let Some(saga) = tx.saga(&payload.saga_id, SagaLock::Update)? else {
        let stub = tx.stub(&payload.saga_id)?;
        return Ok(UndoGate::Answer(stub.as_ref().map_or_else(no_such_saga, pruned)));
    };
    let Some(step) = find_step(shared, &saga, &payload.step) else {
        return Ok(UndoGate::Answer(unknown_step(&saga, &payload.step)));
    };
    let saga = match become_unwinder(tx, saga, payload)? {
        Ok(saga) => saga,
        Err(answer) => return Ok(UndoGate::Answer(answer)),
    };
    let first = recovered::undone_first(shared, tx, &saga, &step)?;
    if !first.is_empty() {
        return Ok(UndoGate::First(first));
    }
    let mut row = tx.ledger_row(&saga.id, step.definition.name)?;
    if row.is_none() && recovered::is_doubtful(&saga, &step) {
        row = Some(recovered::forgotten(tx, &saga, &step)?);
    }
    match admit_undo(row, &saga, &step, tx.now()) {
        Undoable::Nothing(row) => {
            tx.put_ledger_row(&row)?;
            Ok(UndoGate::Answer(Ok(summary(&row.step, "nothing to undo"))))
        }
        Undoable::Answered(answer) => Ok(UndoGate::Answer(answer)),
        Undoable::Row(row) => {
            let recovered = saga.is_recovered();
            Ok(UndoGate::Pass(Box::new(UndoPassed { step, row, recovered })))
        }
    }
}

/// What a saga that was pruned answers to a compensate: what it answered before, as far as that matters.
fn pruned(stub: &StubRow) -> Answer {
    match stub.verdict {
        SagaState::Committed => refuse(Kind::Committed, "the saga was committed; nothing is undone"),
        SagaState::Forward | SagaState::Unwinding | SagaState::Compensated | SagaState::Stuck => {
            refuse(Kind::Superseded, "the saga has ended")
        }
    }
}

pub(super) fn no_such_saga() -> Answer {
    refuse(Kind::Bug, "there is no such saga")
}

/// What the ledger says about undoing a step.
enum Undoable {
    /// The step has no effect and can have none: the row is its tombstone, yet to be written.
    Nothing(LedgerRow),
    /// The row has its answer already, or is held by another attempt.
    Answered(Answer),
    /// The step must be asked.
    Row(LedgerRow),
}

fn admit_undo(row: Option<LedgerRow>, saga: &SagaRow, step: &RunnableStep, now: Timestamp) -> Undoable {
    let Some(mut row) = row else {
        let mut row = fresh_row(saga, step);
        row.bury(Undo::NeverStarted, now);
        return Undoable::Nothing(row);
    };
    match row.status {
        LedgerStatus::Refused => {
            row.bury(Undo::WasRefused, now);
            return Undoable::Nothing(row);
        }
        LedgerStatus::Undone => return Undoable::Answered(Ok(summary(&row.step, "undone"))),
        LedgerStatus::Parked => {
            let reason = row.undo_reason.unwrap_or_default();
            return Undoable::Answered(refuse(Kind::Rejected, format!("parked for a person: {reason}")));
        }
        LedgerStatus::Started | LedgerStatus::Done | LedgerStatus::Undoing => {}
    }
    if let Err(answer) = end_expired_lease(&mut row, now) {
        return Undoable::Answered(answer);
    }
    recovered::doubt(saga, step, &mut row);
    row.status = LedgerStatus::Undoing;
    row.undoing.get_or_insert(now);
    Undoable::Row(row)
}

/// Makes this execution the one that unwinds the saga, if it may be.
pub(super) fn become_unwinder(
    tx: &mut dyn Tx,
    mut saga: SagaRow,
    payload: &TaskPayload,
) -> Result<Result<SagaRow, Answer>, StoreError> {
    let superseded = || refuse(Kind::Superseded, "another execution unwinds this saga, or did");
    if saga.is_frozen() {
        return Ok(Err(copied(&saga)));
    }
    match saga.state {
        SagaState::Committed => {
            return Ok(Err(refuse(Kind::Committed, "the saga is committed; nothing is undone")));
        }
        SagaState::Compensated if !saga.repairing => return Ok(Err(superseded())),
        SagaState::Forward | SagaState::Unwinding | SagaState::Compensated | SagaState::Stuck => {}
    }
    // Invariant: one execution unwinds a saga; the saga row names it.
    if saga.unwinder.as_ref().is_some_and(|unwinder| *unwinder != payload.run) {
        return Ok(Err(superseded()));
    }
    let reason = why(&tx.ledger_rows(&saga.id)?);
    let begun = saga.begin_unwinding(reason, tx.now());
    if begun || saga.unwinder.is_none() {
        saga.unwinder = Some(payload.run.clone());
        tx.update_saga(&saga)?;
    }
    Ok(Ok(saga))
}

/// The reason of the last step that did not succeed. A best-effort step never makes a saga unwind.
fn why(rows: &[LedgerRow]) -> Option<String> {
    let failed = rows
        .iter()
        .rev()
        .find(|row| !row.best_effort && row.status != LedgerStatus::Done && row.reason.is_some())?;
    let reason = failed.reason.as_deref().unwrap_or_default();
    Some(short(format!("{}: {reason}", failed.step)))
}
