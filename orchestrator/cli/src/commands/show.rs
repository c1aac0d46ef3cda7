//! `amends show`: the story of one order.

use std::process::ExitCode;

use amends_coordinator::{Story as Told, story};
use amends_types::SagaId;

use crate::args::Show;
use crate::failure::Failure;
use crate::inspect::{Inspected, inspect};
use crate::output;
use crate::show::{Executions, Story};

pub(crate) async fn run(arguments: &Show) -> Result<ExitCode, Failure> {
    let id = order_id(&arguments.order)?;
    let Inspected { store, directory } = inspect(&arguments.data, &arguments.database).await?;
    let told = story(&*store, &id).await.map_err(Failure::failed)?;
    let story = match told.ok_or_else(|| no_such_order(&arguments.order))? {
        Told::Whole(told) => {
            let executions = directory.map(|(dir, id)| Executions::open(&dir, id)).transpose()?;
            let runs = executions.map_or_else(|| Ok(vec![]), |executions| executions.of(&told.saga))?;
            Story::new(&told, &runs)
        }
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
