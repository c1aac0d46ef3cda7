//! What an earlier process left behind, and what this one must not leave: the outbox, sagas without a verdict, and
//! notices that are owed.

use std::time::Duration;

use amends_coordinator::{Delivery, Swept, deliver_owed, relay, sweep};

use crate::failure::Failure;
use crate::output;
use crate::runtime::Runtime;

/// How often the sweeper may begin something before `run` gives up on it. Three unwinds, and settling.
const MOST_ROUNDS: usize = 8;
/// For how long a provider that hangs may keep `run` from going on.
const DELIVERY_PATIENCE: Duration = Duration::from_secs(20);

/// Starts what waits in the outbox, takes over what has no execution any more, and sends what is owed.
pub(crate) async fn resume(runtime: &Runtime) -> Result<(), Failure> {
    sweep_once(runtime).await?;
    runtime.settle_sandbox().await?;
    // What is still owed after this is said at the end.
    deliver(runtime).await.map(drop)
}

/// Waits until every saga of the data directory has its verdict, and sends what is owed.
pub(crate) async fn drain(runtime: &Runtime) -> Result<(), Failure> {
    for round in 1.. {
        let swept = sweep_once(runtime).await?;
        let last = round == MOST_ROUNDS;
        for (saga, reason) in swept.alarms.iter().filter(|_| last) {
            output::complain(&format!("alarm: {saga} has no verdict: {reason}"));
        }
        let idle = swept.started.is_empty() && swept.running.is_empty();
        if last || (idle && swept.alarms.is_empty()) {
            break;
        }
        for execution in swept.started.iter().chain(&swept.running) {
            runtime.functions.wait_for_end(execution).await.map_err(Failure::failed)?;
        }
    }
    runtime.settle_sandbox().await?;
    report(&deliver(runtime).await?);
    Ok(())
}

async fn sweep_once(runtime: &Runtime) -> Result<Swept, Failure> {
    let store = runtime.store();
    let relayed = relay(&*store, &*runtime.functions).await.map_err(Failure::failed)?;
    for (saga, reason) in &relayed.alarms {
        output::complain(&format!("alarm: an execution of {saga} cannot be started: {reason}"));
    }
    let swept = sweep(&*store, &*runtime.functions, &*runtime.worker, &*runtime.clock, &runtime.kind);
    swept.await.map_err(Failure::failed)
}

async fn deliver(runtime: &Runtime) -> Result<Delivery, Failure> {
    let store = runtime.store();
    let delivery = deliver_owed(&*store, &*runtime.worker, &*runtime.clock, DELIVERY_PATIENCE).await;
    delivery.map_err(Failure::failed)
}

fn report(delivery: &Delivery) {
    for (saga, step, reason) in &delivery.owed {
        output::complain(&format!("{saga}: {step} is still owed ({reason}); the next run tries again"));
    }
    if delivery.gave_up {
        output::complain(
            "more may be owed: nothing could be done for a long time, so the others were not tried",
        );
    }
}
