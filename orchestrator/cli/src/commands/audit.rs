//! `amends audit`: recomputes the invariants from the store and the providers' books.

use std::process::ExitCode;

use amends_adapters::books::SqliteBooksReader;
use amends_store::SagaState;
use amends_verify::Report;
use comfy_table::{Table, presets};

use crate::args::{Audit, Status};
use crate::failure::{Failure, exit};
use crate::inspect::{Inspected, inspect};
use crate::{output, sagas};

pub(crate) async fn run(arguments: &Audit) -> Result<ExitCode, Failure> {
    let Inspected { store, directory } = inspect(&arguments.data, &arguments.database).await?;
    let books = arguments.books.clone().or_else(|| directory.map(|(dir, _)| dir.books()));
    let books = books.ok_or_else(|| {
        Failure::Unusable(
            "say with --books where the sandbox's books are, or with --data the directory".into(),
        )
    })?;
    let books = SqliteBooksReader::open(&books).map_err(Failure::failed)?;
    let mut report =
        amends_verify::audit(&*store, &books, &sagas::definitions()).await.map_err(Failure::failed)?;
    report.states = report.states.iter().map(|(state, count)| (users_word(state), *count)).collect();
    if arguments.json {
        output::print_json(&report)?;
    } else {
        output::print(&render(&report))?;
    }
    let code = if report.violations() == 0 { 0 } else { exit::FAILED };
    Ok(code.into())
}

/// To users a committed order is completed.
fn users_word(state: &'static str) -> &'static str {
    SagaState::from_name(state).map_or(state, |state| Status::of(state).name())
}

fn render(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["invariant", "checked", "violations", "what it says"]);
    for invariant in &report.invariants {
        table.add_row([
            invariant.id.to_owned(),
            invariant.checked.to_string(),
            invariant.violations.to_string(),
            invariant.sentence.to_owned(),
        ]);
    }
    let mut text = format!(
        "{} sagas, {} effects at providers, {} products\n\n{table}\n",
        report.sagas, report.effects, report.products
    );
    for invariant in &report.invariants {
        for violation in &invariant.first {
            text += &format!("{} violated by {}: {}\n", invariant.id, violation.of, violation.what);
        }
        let more = invariant.violations.saturating_sub(invariant.first.len() as u64);
        if more > 0 {
            text += &format!("{} violated {more} more times\n", invariant.id);
        }
    }
    if report.open > 0 {
        text += &format!("\n{} sagas have no verdict yet: `amends run` brings them to an end\n", report.open);
    }
    text += if report.violations() == 0 { "\nno violation\n" } else { "\nVIOLATIONS FOUND\n" };
    text
}
