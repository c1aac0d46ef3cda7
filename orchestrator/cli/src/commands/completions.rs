//! `amends completions`: what a shell wants to know of the arguments.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Arguments, Completions};
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(arguments: &Completions) -> Result<ExitCode, Failure> {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "amends", &mut script);
    output::print(&String::from_utf8(script).map_err(Failure::failed)?)?;
    Ok(ExitCode::SUCCESS)
}
