//! People who repair what is stuck: they have it undone once more, say that it was undone by hand, or accept it.
//!
//! Until somebody looks, a scenario's provider refuses what it refuses; then it can do that again.

use amends_coordinator::repair::{HowDecided, RepairError, Retried, decide, retry};
use amends_coordinator::{Decision, StepFunctions, start};
use amends_store::{LedgerRow, LedgerStatus, SagaQuery, SagaState, StoreError};
use amends_types::SagaId;
use futures_util::future::join;

use crate::explore::action::OPERATOR;
use crate::explore::choices::Site;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::life::Life;
use crate::explore::redrive;
use crate::explore::rest::{Unrest, end_all};
use crate::explore::setting::Setting;
use crate::explore::setup::Setup;
use crate::explore::trace::Happened;

/// After so many decisions about stuck sagas people wait for something to change.
const MOST_REPAIRS: u32 = 3;
/// Another name than that of the redrives when everything is over.
const REDRIVE: u32 = 9;

/// People repair what is stuck, where there are people.
pub(crate) async fn repair(setup: &Setup, life: &Life) -> Result<(), Unrest> {
    if setup.setting != Setting::Repaired {
        return Ok(());
    }
    for nth in 1..=MOST_REPAIRS {
        let Some(saga) = stuck(life).await.pop() else { return Ok(()) };
        life.worker.fingerprint.wire.lift();
        let choices = FaultSet::of(&[Fault::OperatorResolves, Fault::OperatorAccepts]);
        match life.world.offer(site("decide", nth), choices) {
            Some(fault) => decide_all(life, &saga, fault == Fault::OperatorResolves).await,
            None => retry_one(life, &saga).await,
        }
        life.world.set_repairing();
        redrive_meanwhile(setup, life, nth).await?;
    }
    Ok(())
}

/// Another operator has what is stuck undone once more.
pub(crate) async fn retry_what_is_stuck(life: &Life) {
    for saga in stuck(life).await {
        retry_one(life, &saga).await;
    }
}

/// While the repair goes on, an operator redrives what was stopped before.
async fn redrive_meanwhile(setup: &Setup, life: &Life, nth: u32) -> Result<(), Unrest> {
    let stopped = redrive::stopped(setup, life).await;
    let offered = stopped.filter(|_| {
        let redriven = FaultSet::of(&[Fault::RedrivenMeanwhile]);
        life.world.offer(site("redrive_meanwhile", nth), redriven).is_some()
    });
    let Some(stopped) = offered else { return end_all(life).await };
    life.world.set_crowded();
    let redriven = redrive::redrive(setup, life, &stopped, REDRIVE + nth);
    let (ended, redriven) = join(end_all(life), redriven).await;
    ended.and(redriven.map_err(Unrest::NeverEnds))
}

async fn retry_one(life: &Life, saga: &SagaId) {
    let actor = life.world.actor(OPERATOR, None);
    let work = async {
        let engine = life.functions.engine_id();
        let decision = Decision::new(&actor.name, "the provider can do it again");
        let retried = retry(&*life.store, &life.kind, engine, saga, None, decision).await?;
        if let Retried::Unwinds(row) = retried {
            // If it cannot be started now, the relay starts it.
            drop(start(&*life.store, &life.functions, &row).await);
        }
        Ok(())
    };
    tell(life, saga, life.world.act(&actor, Box::pin(work)).await);
}

/// Says of everything that is parked that it was undone by hand, having undone it; or accepts it.
async fn decide_all(life: &Life, saga: &SagaId, by_hand: bool) {
    let actor = life.world.actor(OPERATOR, None);
    let work = async {
        for row in parked(life, saga).await {
            let how = if by_hand {
                life.stage.undo_by_hand(&row).await;
                let (saga, step) = (saga.clone(), row.step.clone());
                life.world.note(&actor.name, Happened::UndoneByHand { saga, step });
                HowDecided::Resolved { reference: Some("by hand".into()) }
            } else {
                HowDecided::Accepted
            };
            let decision = Decision::new(&actor.name, "the customer agrees");
            decide(&*life.store, saga, &row.step, how, decision).await?;
        }
        Ok(())
    };
    tell(life, saga, life.world.act(&actor, Box::pin(work)).await);
}

fn tell(life: &Life, saga: &SagaId, outcome: Option<Result<(), RepairError>>) {
    if let Some(Err(error)) = outcome {
        life.world.note(OPERATOR, Happened::Noted(format!("decides about {saga}, and hears: {error}")));
    }
}

async fn stuck(life: &Life) -> Vec<SagaId> {
    let query = SagaQuery { state: Some(SagaState::Stuck), limit: usize::MAX, ..SagaQuery::default() };
    let sagas = life.worker.fingerprint.store.query(move |tx| tx.sagas(&query)).await;
    sagas.unwrap_or_else(|_: StoreError| Vec::new()).into_iter().map(|saga| saga.id).collect()
}

async fn parked(life: &Life, saga: &SagaId) -> Vec<LedgerRow> {
    let id = saga.clone();
    let rows = life.worker.fingerprint.store.query(move |tx| tx.ledger_rows(&id)).await;
    let rows = rows.unwrap_or_else(|_: StoreError| Vec::new()).into_iter();
    rows.filter(|row| row.status == LedgerStatus::Parked).collect()
}

fn site(action: &'static str, nth: u32) -> Site {
    Site { actor: OPERATOR.into(), action, nth }
}
