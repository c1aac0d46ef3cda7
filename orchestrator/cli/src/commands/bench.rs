//! `amends bench`: what this machine does.

use std::process::ExitCode;

use crate::args::Bench;
use crate::bench::measure_all;
use crate::failure::Failure;
use crate::output;

pub(crate) async fn run(arguments: &Bench) -> Result<ExitCode, Failure> {
    if !arguments.dir.is_dir() {
        return Err(Failure::Unusable(format!("{} is no directory", arguments.dir.display())));
    }
    let report = measure_all(arguments.sagas, &arguments.dir, output::complain).await?;
    if arguments.json {
        output::print_json(&report)?;
    } else {
        output::print(&report.table())?;
    }
    Ok(ExitCode::SUCCESS)
}
