//! What can be asked on the command line.

mod backup;
mod engine;
mod operate;
mod up;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::bench::Case;
use crate::verify::{LeftOut, ScenarioName, StoreName};

pub(crate) use backup::{Backup, Restore};
pub(crate) use engine::Engine;
pub(crate) use operate::{
    AuditLog, Drain, Erase, OnOrder, Parked, ParkedCommand, Prune, Service, Token, TokenRole,
};
pub(crate) use up::{Database, LogFormat, Up};

const EXIT_CODES: &str = "\
Exit codes:
  0  all went well (rejected order lines alone are no failure)
  1  the command failed, or the audit or the exploration found a violation
  2  what was given cannot be used: arguments, files, a data directory that is in use
  3  a saga is stuck, or could not be brought to an end
  130  stopped by Ctrl-C; the same command finishes the work";

/// Sagas that are never half done.
#[derive(Debug, Parser)]
#[command(name = "amends", version, about, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Drive every order of a file through its saga
    #[command(after_help = EXIT_CODES)]
    Run(Run),
    /// Serve orders over HTTP until Ctrl-C
    #[command(after_help = EXIT_CODES)]
    Up(Up),
    /// Serve the Step Functions API until Ctrl-C
    #[command(after_help = EXIT_CODES)]
    Engine(Engine),
    /// What could not be undone, and what is done about it
    Parked(Parked),
    /// Cancel an order: it comes to nothing, if it is not too late
    Cancel(OnOrder),
    /// Stop the execution of an order, which is then undone
    Stop(OnOrder),
    /// Make the running service take no more orders and end when those under way have ended
    Drain(Drain),
    /// Replace orders that ended long ago by stubs
    Prune(Prune),
    /// Erase what is personal of a customer; what was bought and paid stays
    Erase(Erase),
    /// Print the log of decisions: who, when, what and why
    AuditLog(AuditLog),
    /// Copy a data directory as it is at one moment, while a service may be at work in it
    Backup(Backup),
    /// Make a data directory from a backup
    Restore(Restore),
    /// Make a token for `amends up --tokens`
    Token(Token),
    /// List sagas
    Ls(Ls),
    /// Tell the story of one order: what was done, retried, undone, and why
    Show(Show),
    /// Print the execution history of one order, as Step Functions records it
    History(History),
    /// Check on the store and the providers' books that nothing is half done
    Audit(Audit),
    /// Explore what faults can do to a saga: every run with up to so many, the real workers under virtual time
    Verify(Verify),
    /// Print a saga's state machine
    Asl(Asl),
    /// Measure sagas a second and latencies on this machine
    Bench(Bench),
    /// Print shell completions
    Completions(Completions),
}

/// Where everything is kept.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// Directory of the store, the journal and the sandbox providers' books
    #[arg(long = "data", value_name = "DIR", default_value = "amends-data", env = "AMENDS_DATA")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Orders, one JSON object per line
    #[arg(value_name = "ORDERS.jsonl")]
    pub(crate) orders: PathBuf,
    /// Products: sku,name,price_minor,currency,stock; added when absent, never reset
    #[arg(long, value_name = "PRODUCTS.csv")]
    pub(crate) products: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// How many sagas run at once
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) concurrency: u32,
    /// Where the steps are done
    #[arg(long, value_enum, default_value_t = WorkersKind::InProcess)]
    pub(crate) workers: WorkersKind,
    /// The program of the Lambda workers; without it, `amends-workers-lambda` beside this program
    #[arg(long, value_name = "FILE", env = "AMENDS_LAMBDA_PROGRAM")]
    pub(crate) lambda_program: Option<PathBuf>,
    /// How many tasks Lambda workers do at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) lambda_concurrency: u32,
    #[command(flatten)]
    pub(crate) mail: Mail,
}

/// Where the steps are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkersKind {
    /// In this process
    InProcess,
    /// In Lambda functions, one per step, each with processes of its own; executions are started over the Step Functions
    /// API, as on AWS
    Lambda,
}

/// Real mail instead of the sandbox's.
#[derive(Debug, Args)]
pub(crate) struct Mail {
    /// Send confirmations through this SMTP server: smtp://localhost:2525 (loopback only),
    /// smtp+starttls://mail.example.com:587 or smtps://mail.example.com:465; user and password from the
    /// environment variables AMENDS_SMTP_USER and AMENDS_SMTP_PASSWORD
    #[arg(long, value_name = "URL", requires = "mail_from")]
    pub(crate) smtp: Option<String>,
    /// The sender's address
    #[arg(long, value_name = "ADDRESS", requires = "smtp")]
    pub(crate) mail_from: Option<String>,
}

/// What has become of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Status {
    /// Its saga goes forward
    Running,
    /// Its saga is being undone
    Unwinding,
    /// Every required step is done
    Completed,
    /// Everything is undone
    Compensated,
    /// Something could not be undone and waits for a person
    Stuck,
}

#[derive(Debug, Args)]
pub(crate) struct Ls {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Only sagas of this status
    #[arg(long)]
    pub(crate) status: Option<Status>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The order's id
    pub(crate) order: String,
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The order's id
    pub(crate) order: String,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print the events as a JSON array, in the shape of GetExecutionHistory
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) database: Database,
    /// The sandbox's books, if they are not in the data directory
    #[arg(long, value_name = "FILE")]
    pub(crate) books: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The saga, or a state machine's file that is explored in the place of the generated one: of the one that only
    /// compensates if no task of it executes
    #[arg(value_name = "MACHINE.asl.json|SAGA", conflicts_with_all = ["mutants", "mutant"])]
    pub(crate) what: Option<String>,
    /// Make every run with up to so many faults
    #[arg(long, value_name = "K", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=6))]
    pub(crate) faults: u32,
    /// Seconds for everything; what is left after every run is made goes to runs by chance with more faults
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=31_536_000))]
    pub(crate) budget: u64,
    /// What the runs by chance begin with
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Make one run, and tell it: site=fault,site=fault
    #[arg(long, value_name = "SCHEDULE", conflicts_with_all = ["mutants", "faults", "budget", "seed"])]
    pub(crate) schedule: Option<String>,
    /// Only this scenario (with --schedule one_order, if none is given)
    #[arg(long, conflicts_with_all = ["mutants", "mutant"])]
    pub(crate) scenario: Option<ScenarioName>,
    /// Only this store (with --schedule memory, if none is given)
    #[arg(long, conflicts_with_all = ["mutants", "mutant"])]
    pub(crate) store: Option<StoreName>,
    /// Explore sagas, machines, workers and stores that are wrong on purpose, each of which must be found
    #[arg(long, conflicts_with_all = ["budget", "seed"])]
    pub(crate) mutants: bool,
    /// Explore one of them, and tell the run that finds it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["mutants", "budget", "seed"])]
    pub(crate) mutant: Option<String>,
    /// Inject none of these faults and check none of these invariants: reply_lost,S14
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) without: Vec<LeftOut>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Asl {
    /// The state machine
    #[arg(default_value = "order_saga")]
    pub(crate) saga: String,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// How many sagas a saturated measurement runs (five times as many with empty handlers)
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) sagas: u64,
    /// Only these cases
    #[arg(long = "case", value_name = "CASE", value_delimiter = ',')]
    pub(crate) cases: Vec<Case>,
    /// Where the measured files are made, and removed again: the disk counts
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// For which shell
    pub(crate) shell: Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
