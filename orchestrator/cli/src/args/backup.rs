//! Backups, and what is made of them.

use std::path::PathBuf;

use clap::Args;

use super::{Data, Database};

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// A directory that is not there yet, or empty
    #[arg(value_name = "BACKUP")]
    pub(crate) into: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(id = "how", required = true, multiple = false, args = ["copy", "recover"])]
pub(crate) struct Restore {
    /// What `amends backup` has made
    #[arg(value_name = "BACKUP")]
    pub(crate) backup: PathBuf,
    /// The original goes on elsewhere: this becomes another deployment, in which nothing is done for its open orders
    #[arg(long)]
    pub(crate) copy: bool,
    /// The original is lost: its orders go on here, and the providers are asked what was done since the backup
    #[arg(long)]
    pub(crate) recover: bool,
    /// For the log of decisions
    #[arg(long)]
    pub(crate) why: String,
    /// A data directory that is not there yet, or empty
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
