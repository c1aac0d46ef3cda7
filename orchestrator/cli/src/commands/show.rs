//! `amends show`: the story of one order.

use std::process::ExitCode;
use std::sync::Arc;

use amends_coordinator::{Story as Told, story};
use amends_engine::clock::SystemClock;
use amends_store::Store;
use amends_store_sqlite::SqliteStore;
use amends_types::SagaId;

use crate::args::Show;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::output;
use crate::show::{Executions, Story};

pub(crate) async fn run(arguments: &Show) -> Result<ExitCode, Failure> {
    let id = order_id(&arguments.order)?;
    let dir = DataDir::existing(&arguments.data.dir)?;
    let store =
        SqliteStore::open_read_only(&dir.store(), Arc::new(SystemClock::new())).map_err(Failure::failed)?;
    let executions = Executions::open(&dir, store.directory_id())?;
    let store: Arc<dyn Store> = Arc::new(store);
    let told = story(&*store, &id).await.map_err(Failure::failed)?;
    let story = match told.ok_or_else(|| no_such_order(&arguments.order))? {
        Told::Whole(told) => Story::new(&told, &executions.of(&told.saga)?),
        Told::Pruned(stub) => Story::of_stub(&stub),
    };
    if arguments.json {
        output::print_json(&story)?;
    } else {
        output::print(&story.text())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An order id as somebody typed it.
pub(super) fn order_id(text: &str) -> Result<SagaId, Failure> {
    text.parse().map_err(|error| Failure::Unusable(format!("{text:?} is no order id: it {error}")))
}

pub(super) fn no_such_order(id: &str) -> Failure {
    Failure::Unusable(format!("there is no order {id}; `amends ls` lists them"))
}
