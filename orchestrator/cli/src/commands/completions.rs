//! `amends completions`: what a shell wants to know of the arguments.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Arguments, Completions};

pub(crate) fn run(arguments: &Completions) -> ExitCode {
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "amends", &mut std::io::stdout());
    ExitCode::SUCCESS
}
