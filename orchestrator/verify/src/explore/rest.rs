//! Brings everything to rest, as a coordinator does: relays, waits, sweeps, delivers, until nothing is left to do. Then
//! whatever comes late comes, and must change nothing.

use std::sync::Arc;
use std::time::Duration;

use amends_coordinator::{Execution, StepFunctions};
use amends_store::{SagaQuery, StoreError};
use amends_types::Clock;
use futures_util::future::{Either, join_all, select};
use thiserror::Error;

use crate::explore::choices::Site;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::functions::ExploredFunctions;
use crate::explore::life::Life;
use crate::explore::redrive;
use crate::explore::repair;
use crate::explore::run::pass;
use crate::explore::scenario::Stage;
use crate::explore::setting::Setting;
use crate::explore::setup::Setup;
use crate::explore::trace::{Ended, Happened};

/// More rounds than any number of faults could make a coordinator go.
const MOST_ROUNDS: usize = 24;
/// How long a coordinator waits before it goes round again.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(5);
/// Longer than any request is on its way, and any worker goes on after it has stood still.
const QUIET: Duration = Duration::from_secs(15 * 60);
/// Longer than whoever takes an order may go about starting it.
const NOT_STARTED: Duration = Duration::from_secs(60);
/// How often an operator may redrive.
const MOST_REDRIVES: u32 = 2;

/// Why a run did not come to rest.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Unrest {
    /// The process cannot begin.
    #[error("the process does not start: {0}")]
    DoesNotStart(String),
    /// Everybody waits, and for nothing.
    #[error("everybody waits, and nothing can happen any more")]
    Deadlock,
    /// The coordinator goes round and round.
    #[error("it does not come to an end: {0}")]
    NeverEnds(String),
}

pub(crate) async fn come_to_rest(setup: &Setup, life: &Life, stage: &Arc<dyn Stage>) -> Result<(), Unrest> {
    begin(life, stage).await?;
    if setup.setting == Setting::Coordinators {
        // Whoever took the orders does not start them, and claims them no longer.
        pass(life, NOT_STARTED).await;
    }
    end_all(life).await?;
    repair::repair(setup, life).await?;
    settle(life, stage).await?;
    redrive_what_was_stopped(setup, life).await?;
    start_again(life).await?;
    // From now on nothing may change what has its verdict.
    life.world.note("process", Happened::Noted("everything is over".into()));
    life.world.set_over();
    life.world.deliver_copies();
    pass(life, QUIET).await;
    end_all(life).await?;
    repair::repair(setup, life).await?;
    settle(life, stage).await
}

/// Takes the orders, as the order service does until it has an answer.
async fn begin(life: &Life, stage: &Arc<dyn Stage>) -> Result<(), Unrest> {
    let mut last = String::new();
    for _ in 0..MOST_ROUNDS {
        let actor = life.world.actor("intake", None);
        let begun = life.world.act(&actor, stage.begin(&*life.store, &life.kind)).await;
        match begun.unwrap_or(Ok(())) {
            Ok(()) => return Ok(()),
            Err(reason) => last = reason,
        }
        pass(life, BETWEEN_ROUNDS).await;
    }
    Err(Unrest::NeverEnds(format!("the order is not taken: {last}")))
}

/// Goes round until every saga has its verdict.
pub(crate) async fn end_all(life: &Life) -> Result<(), Unrest> {
    let mut last = String::new();
    for _ in 0..MOST_ROUNDS {
        match round(life).await {
            Ok(()) if !has_open_sagas(life).await => return Ok(()),
            Ok(()) => {}
            Err(reason) => last = reason,
        }
        pass(life, BETWEEN_ROUNDS).await;
    }
    Err(Unrest::NeverEnds(format!("a saga has no verdict: {last}")))
}

async fn round(life: &Life) -> Result<(), String> {
    let (mut running, mut alarms) = (Vec::new(), Vec::new());
    for functions in life.engines() {
        life.relay(functions).await?;
        let (runs, alarm) = life.sweep(functions).await?;
        running.extend(runs.into_iter().map(|execution| (functions, execution)));
        alarms.extend(alarm);
    }
    join_all(running.iter().map(|(functions, execution)| wait(life, functions, execution))).await;
    alarms.into_iter().next().map_or(Ok(()), Err)
}

/// Waits for an execution, but not for longer than a saga may take: then the sweeper looks at it.
async fn wait(life: &Life, functions: &ExploredFunctions, execution: &Execution) {
    let patience = life.world.clock.sleep(life.kind.time_limit + QUIET);
    let ended = functions.wait_for_end(execution);
    if let Either::Left((Ok(()), _)) = select(ended, patience).await {
        note_end(life, execution).await;
    }
}

pub(crate) async fn note_end(life: &Life, execution: &Execution) {
    let run = execution.run.to_string();
    let mut found = None;
    for functions in life.engines() {
        let there = functions.inner.engine().describe(&execution.machine, &run).await;
        found = found.or(there.ok().flatten());
    }
    let Some(found) = found.filter(|found| found.stopped.is_some()) else { return };
    let (machine, status) = (execution.machine.clone(), found.status.as_str().to_owned());
    let ended = Ended { machine, run, status, error: found.error, cause: found.cause };
    if life.world.with_trace(|trace| trace.ends().all(|known| *known != ended)) {
        life.world.note("engine", Happened::Ended(ended));
    }
}

async fn has_open_sagas(life: &Life) -> bool {
    let query = SagaQuery { open: true, limit: 1, ..SagaQuery::default() };
    let open = life.worker.fingerprint.store.query(move |tx| tx.sagas(&query)).await;
    open.map_or(true, |open: Vec<_>| !open.is_empty())
}

/// What is on its way arrives, and what is owed is sent. A provider that stays down may keep a notice from ever being
/// sent; whether it had to be is judged later.
async fn settle(life: &Life, stage: &Arc<dyn Stage>) -> Result<(), Unrest> {
    let mut last = String::new();
    for _ in 0..MOST_ROUNDS {
        pass(life, QUIET).await;
        stage.settle(life.world.clock.now());
        match life.deliver().await {
            Ok(0) => return Ok(()),
            // Nothing changes any more: it is owed for good.
            Ok(owed) if last == owed.to_string() => return Ok(()),
            Ok(owed) => last = owed.to_string(),
            Err(reason) => last = reason,
        }
    }
    Err(Unrest::NeverEnds(format!("what is owed cannot be delivered: {last}")))
}

/// An operator redrives executions that were stopped, although their sagas were swept.
async fn redrive_what_was_stopped(setup: &Setup, life: &Life) -> Result<(), Unrest> {
    for nth in 1..=MOST_REDRIVES {
        let Some(stopped) = redrive::stopped(setup, life).await else { return Ok(()) };
        let site = Site { actor: "operator".into(), action: "redrive", nth };
        if life.world.offer(site, FaultSet::of(&[Fault::Redriven])).is_none() {
            return Ok(());
        }
        redrive::redrive(setup, life, &stopped, nth).await.map_err(Unrest::NeverEnds)?;
        end_all(life).await?;
    }
    Ok(())
}

/// The first execution is started once more, under its name and with its input.
async fn start_again(life: &Life) -> Result<(), Unrest> {
    let site = Site { actor: "relay".into(), action: "start", nth: 1 };
    if life.world.offer(site, FaultSet::of(&[Fault::StartedAgain])).is_none() {
        return Ok(());
    }
    let first = SagaQuery { limit: 1, ..SagaQuery::default() };
    let sagas = life.worker.fingerprint.store.query(move |tx| tx.sagas(&first)).await;
    let Some(saga) = sagas.map_err(|error: StoreError| Unrest::NeverEnds(error.to_string()))?.pop() else {
        return Ok(());
    };
    let execution = Execution { machine: life.kind.name.clone(), run: saga.id.forward_run() };
    let input = serde_json::json!({ "saga_id": saga.id, "input_sha256": saga.input_sha256 }).to_string();
    // An execution of this name that has ended is not started again; Step Functions says so.
    drop(life.functions.start(&execution, &input).await);
    wait(life, &life.functions, &execution).await;
    end_all(life).await
}
