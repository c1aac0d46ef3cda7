//! `amends bench`: what this machine does.

use std::process::ExitCode;

use crate::args::Bench;
use crate::bench::{Case, measure_all};
use crate::failure::Failure;
use crate::output;

pub(crate) async fn run(arguments: &Bench) -> Result<ExitCode, Failure> {
    if !arguments.dir.is_dir() {
        return Err(Failure::Unusable(format!("{} is no directory", arguments.dir.display())));
    }
    let cases = if arguments.cases.is_empty() { &Case::DEFAULT[..] } else { &arguments.cases };
    let report = measure_all(cases, arguments.sagas, &arguments.dir, output::complain).await?;
    if arguments.json {
        output::print_json(&report)?;
    } else {
        output::print(&report.table())?;
    }
    Ok(ExitCode::SUCCESS)
}
