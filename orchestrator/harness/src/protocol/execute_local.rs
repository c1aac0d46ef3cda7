//! Execute of a step whose effect is in our own database: effect and record are one transaction.
//!
//! A step that fails rolls that transaction back, its effect with it. A second one then records why; it passes the
//! gate anew, because another attempt may have succeeded in between.

use std::sync::Arc;

use amends_saga::{Op, StepError, TaskPayload};
use amends_store::{StoreError, Tx};
use thiserror::Error;

use super::answer::{Answer, answer_in, before_effect, reason};
use super::gate::{Gate, Passed, gate};
use super::{Mode, commit, execute};
use crate::LocalError;
use crate::attempt;
use crate::erased::ErasedLocalStep;
use crate::shared::Shared;

/// Why a transaction with an effect in it was rolled back.
#[derive(Debug, Error)]
pub(super) enum Failed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Step(StepError),
}

impl From<LocalError> for Failed {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::Step(error) => Self::Step(error),
            LocalError::Store(error) => Self::Store(error),
        }
    }
}

pub(super) fn run(
    shared: &Shared,
    tx: &mut dyn Tx,
    passed: Passed,
    step: &dyn ErasedLocalStep,
) -> Result<Answer, Failed> {
    let Passed { saga, step: runnable, mut row } = passed;
    let ctx = attempt::local_context(shared, &runnable, &row, Op::Execute, tx.now());
    let output = attempt::caught(|| step.execute(&ctx, tx, row.input.clone()))?;
    row.attempts += 1;
    execute::finish(&mut row, output, tx.now());
    tx.put_ledger_row(&row)?;
    Ok(commit::try_commit(shared, tx, saga, &row)?)
}

/// Records why a step failed whose effect was rolled back.
pub(super) async fn record_failure(
    shared: &Arc<Shared>,
    payload: TaskPayload,
    mode: Mode,
    error: StepError,
) -> Answer {
    answer_in(shared, before_effect, move |shared, tx| record(shared, tx, &payload, mode, &error)).await
}

fn record(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    mode: Mode,
    error: &StepError,
) -> Result<Answer, StoreError> {
    let mut row = match gate(shared, tx, payload, mode)? {
        Gate::Answer(answer) => return Ok(answer),
        Gate::Pass(passed) => passed.row,
    };
    row.attempts += 1;
    // The rollback proves that nothing happened, whatever kind of error it was.
    let now = tx.now();
    row.reason = Some(reason(error));
    if matches!(error, StepError::Rejected(_)) && !row.in_doubt {
        row.status = amends_store::LedgerStatus::Refused;
        row.finished = Some(now);
    }
    tx.put_ledger_row(&row)?;
    Ok(Err(error.clone().into()))
}
