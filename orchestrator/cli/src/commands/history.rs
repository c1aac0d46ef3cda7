//! `amends history`: the executions of one order, event for event as Step Functions records them.

use std::process::ExitCode;
use std::sync::Arc;

use amends_engine::clock::SystemClock;
use amends_engine::history::HistoryEvent;
use amends_store::{SagaLock, Store};
use amends_store_sqlite::SqliteStore;
use serde_json::{Value, json};

use super::show::{no_such_order, order_id};
use crate::args::History;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::output;
use crate::show::{Executions, Run};

pub(crate) async fn run(arguments: &History) -> Result<ExitCode, Failure> {
    let id = order_id(&arguments.order)?;
    let dir = DataDir::existing(&arguments.data.dir)?;
    let store =
        SqliteStore::open_read_only(&dir.store(), Arc::new(SystemClock::new())).map_err(Failure::failed)?;
    let executions = Executions::open(&dir, store.directory_id())?;
    let store: Arc<dyn Store> = Arc::new(store);
    let saga = store.query(move |tx| tx.saga(&id, SagaLock::None)).await.map_err(Failure::failed)?;
    let runs = executions.of(&saga.ok_or_else(|| no_such_order(&arguments.order))?)?;
    if arguments.json {
        let runs: Vec<Value> = runs.iter().map(as_json).collect();
        output::print_json(&runs)?;
    } else {
        output::print(&runs.iter().map(as_text).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(run: &Run) -> Value {
    json!({ "stateMachine": run.machine, "execution": run.name, "events": run.replayed.events })
}

fn as_text(run: &Run) -> String {
    let mut text = format!("{} {}\n", run.machine, run.name);
    for HistoryEvent { id, previous_event_id, timestamp, event } in &run.replayed.events {
        let details = event.details().map_or_else(String::new, |(_, details)| details.to_string());
        let name = event.type_name();
        text += &format!("{id:>5} <- {previous_event_id:<5} {timestamp}  {name:<22} {details}\n");
    }
    text
}
