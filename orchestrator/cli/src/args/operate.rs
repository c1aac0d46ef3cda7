//! What operators ask of the running service.

use clap::{Args, Subcommand, ValueEnum};

use super::Data;

/// The running service.
#[derive(Debug, Args)]
pub(crate) struct Service {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Where it listens; the one that works in the data directory without it. A token is taken from AMENDS_TOKEN
    #[arg(long, value_name = "URL", env = "AMENDS_URL")]
    pub(crate) url: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Parked {
    #[command(subcommand)]
    pub(crate) what: ParkedCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ParkedCommand {
    /// List what waits for a person
    Ls {
        /// Only this error class
        #[arg(long, value_name = "CLASS")]
        class: Option<String>,
        #[command(flatten)]
        service: Service,
    },
    /// Show one order's residual bill: what is, or may be, still held
    Show {
        /// The order's id
        order: String,
        #[command(flatten)]
        service: Service,
    },
    /// Have what is parked undone once more, of one order or of all of an error class
    Retry {
        /// The order's id
        #[arg(required_unless_present = "class", conflicts_with = "class")]
        order: Option<String>,
        /// Only this step
        #[arg(long, requires = "order")]
        step: Option<String>,
        /// Everything of this error class
        #[arg(long, value_name = "CLASS")]
        class: Option<String>,
        /// Only say which orders it would be
        #[arg(long, requires = "class")]
        dry_run: bool,
        /// For the log of decisions
        #[arg(long)]
        why: String,
        #[command(flatten)]
        service: Service,
    },
    /// Record that an effect was undone outside; the audit still looks for it at the provider
    Resolve {
        /// The order's id
        order: String,
        /// The step
        step: String,
        /// Where it can be looked up: the provider's id of the refund, a ticket
        #[arg(long)]
        reference: Option<String>,
        /// For the log of decisions
        #[arg(long)]
        why: String,
        #[command(flatten)]
        service: Service,
    },
    /// Accept an effect as it is; the order shows for ever that a person did
    Accept {
        /// The order's id
        order: String,
        /// The step
        step: String,
        /// For the log of decisions
        #[arg(long)]
        why: String,
        #[command(flatten)]
        service: Service,
    },
}

#[derive(Debug, Args)]
pub(crate) struct OnOrder {
    /// The order's id
    pub(crate) order: String,
    /// For the log of decisions
    #[arg(long)]
    pub(crate) why: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct Drain {
    /// For the log of decisions
    #[arg(long)]
    pub(crate) why: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// What ended longer ago
    #[arg(long, value_name = "DAYS")]
    pub(crate) older_than_days: u32,
    /// Only count
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// For the log of decisions
    #[arg(long)]
    pub(crate) why: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// The order service's id of the customer
    pub(crate) customer: String,
    /// Only count
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// For the log of decisions; no personal data
    #[arg(long)]
    pub(crate) why: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct AuditLog {
    /// Only decisions about this order
    #[arg(long, value_name = "ORDER")]
    pub(crate) order: Option<String>,
    #[command(flatten)]
    pub(crate) service: Service,
}

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenRole {
    /// Placing, seeing and cancelling orders
    Orders,
    /// Everything
    Operator,
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Who has it: the log of decisions names them so
    pub(crate) name: String,
    /// What it allows
    pub(crate) role: TokenRole,
}
