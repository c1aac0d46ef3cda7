//! `amends asl`: a saga's state machine, as it is deployed.

use std::process::ExitCode;

use crate::args::Asl;
use crate::failure::Failure;
use crate::{output, sagas};

pub(crate) fn run(arguments: &Asl) -> Result<ExitCode, Failure> {
    let mut names = Vec::new();
    for saga in sagas::definitions() {
        if saga.name() == arguments.saga {
            return output::print(&saga.forward_machine()).map(|()| ExitCode::SUCCESS);
        }
        if saga.unwind_name() == arguments.saga {
            return output::print(&saga.unwind_machine()).map(|()| ExitCode::SUCCESS);
        }
        names.extend([saga.name().to_owned(), saga.unwind_name()]);
    }
    let known = names.join(", ");
    Err(Failure::Unusable(format!("there is no state machine {:?}; there are {known}", arguments.saga)))
}
