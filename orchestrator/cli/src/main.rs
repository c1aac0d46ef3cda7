//! `amends`: the command line, and the one place where everything is put together.

mod args;
mod backup;
mod bench;
mod commands;
mod data_dir;
mod descriptors;
mod failure;
mod full_disk;
mod inspect;
mod logged;
mod mail;
mod output;
mod run;
mod runtime;
mod sagas;
mod service;
mod services;
mod show;
mod up;
mod verify;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use failure::Failure;

// Thousands of sagas are made and dropped by several threads: the system's allocator would keep more and more of it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    descriptors::take_all();
    // Adapters speak TLS with ring; an error means that it was installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(Failure::Failed(format!("cannot start: {error}"))),
    };
    let result = runtime.block_on(dispatch(arguments.command));
    // A worker that is cut off here is resumed at the next start.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(failure) => report(failure),
    }
}

async fn dispatch(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Run(run) => commands::run::run(run).await,
        Command::Up(up) => commands::up::run(up).await,
        Command::Engine(engine) => commands::engine::run(engine).await,
        Command::Parked(parked) => commands::parked::run(parked.what).await,
        Command::Cancel(cancel) => commands::decide::cancel(&cancel).await,
        Command::Stop(stop) => commands::decide::stop(&stop).await,
        Command::Drain(drain) => commands::decide::drain(&drain).await,
        Command::Prune(prune) => commands::decide::prune(&prune).await,
        Command::Erase(erase) => commands::decide::erase(&erase).await,
        Command::AuditLog(log) => commands::audit_log::run(&log).await,
        Command::Backup(backup) => commands::backup::run(&backup),
        Command::Restore(restore) => commands::restore::run(&restore).await,
        Command::Token(token) => commands::token::run(&token),
        Command::Ls(ls) => commands::ls::run(&ls).await,
        Command::Show(show) => commands::show::run(&show).await,
        Command::History(history) => commands::history::run(&history).await,
        Command::Audit(audit) => commands::audit::run(&audit).await,
        Command::Verify(verify) => commands::verify::run(verify).await,
        Command::Asl(asl) => commands::asl::run(&asl),
        Command::Bench(bench) => commands::bench::run(&bench).await,
        Command::Completions(completions) => commands::completions::run(&completions),
    }
}

fn report(failure: Failure) -> ExitCode {
    // Nobody reads stderr any more: the exit code still says it.
    output::complain(&format!("error: {failure}"));
    failure.exit_code()
}
