//! `amends run`: drives every order of a file through its saga.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use amends_coordinator::find_saga;
use tokio::sync::watch;

use crate::args::{Run, WorkersKind};
use crate::failure::{Failure, exit};
use crate::output;
use crate::run::{Flow, Interrupt, Lines, Progress, Summary, drain, import, read_products, resume};
use crate::runtime::{LambdaWorkers, Runtime};
use crate::up::init_function_log;

/// The program of all workers, where cargo puts it.
const LAMBDA_PROGRAM: &str = "amends-workers-lambda";

pub(crate) async fn run(arguments: Run) -> Result<ExitCode, Failure> {
    let (mut lines, length) = Lines::open(&arguments.orders)?;
    let products = read_products(&arguments.products)?;
    let runtime =
        Arc::new(Runtime::open(&arguments.data.dir, &arguments.mail, lambda_workers(&arguments)?).await?);
    import(&*runtime.store(), &products).await?;
    let began = Instant::now();
    resume(&runtime).await?;
    let interrupt = watch_for_interrupt();
    let concurrency = arguments.concurrency as usize;
    let mut flow = Flow::new(runtime.clone(), Progress::new(length), concurrency)?;
    let whole = flow.run(&mut lines, &interrupt).await?;
    drain(&runtime).await?;
    let open = count_settled(&runtime, &mut flow).await?;
    let summary = Summary::new(&flow.tally, open, began.elapsed());
    runtime.shutdown().await;
    if arguments.json {
        output::print_json(&summary)?;
    } else {
        output::print(&summary.table())?;
    }
    Ok(exit_code(&summary, whole).into())
}

/// Workers as Lambda functions, if that was asked for. Their program is beside this one, if nothing else was said.
fn lambda_workers(arguments: &Run) -> Result<Option<LambdaWorkers>, Failure> {
    if arguments.workers == WorkersKind::InProcess {
        return Ok(None);
    }
    let program = match arguments.lambda_program.clone() {
        Some(program) => program,
        None => std::env::current_exe().map_err(Failure::failed)?.with_file_name(LAMBDA_PROGRAM),
    };
    // What they write is all that is known when one cannot even begin.
    init_function_log();
    Ok(Some(LambdaWorkers { program, at_once: arguments.lambda_concurrency }))
}

fn exit_code(summary: &Summary, whole: bool) -> u8 {
    if !whole {
        exit::INTERRUPTED
    } else if summary.stuck > 0 {
        exit::STUCK
    } else {
        0
    }
}

/// Counts the sagas that the sweeper brought to an end; says how many it could not.
async fn count_settled(runtime: &Runtime, flow: &mut Flow) -> Result<u64, Failure> {
    let mut open = 0;
    for id in std::mem::take(&mut flow.unsettled) {
        let saga = find_saga(&*runtime.store(), &id).await.map_err(Failure::failed)?;
        if !saga.is_some_and(|saga| flow.tally.count(saga.state)) {
            open += 1;
        }
    }
    Ok(open)
}

/// The first Ctrl-C ends the intake; what was begun is brought to its end. The second ends the process, which loses
/// nothing either.
fn watch_for_interrupt() -> Interrupt {
    let (sender, interrupt) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        output::complain(
            "stopping: no more orders are taken, and those under way are finished; press Ctrl-C again to end at once, \
             which loses nothing",
        );
        sender.send_replace(true);
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
    });
    interrupt
}
