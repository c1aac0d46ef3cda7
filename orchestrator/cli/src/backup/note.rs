//! The note in a backup.

use std::path::Path;

use amends_types::{DeploymentId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;

/// The format of backups that this program makes and reads.
const FORMAT: u32 = 1;
const FILE: &str = "backup.json";

/// Where the store of a backed up directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreKind {
    /// In the backup.
    Sqlite,
    /// In a database, which has a backup of its own.
    Postgres,
    /// There is none: it is the directory of an engine alone.
    Engine,
}

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// The format of the backup.
    pub(crate) format: u32,
    /// When it was begun.
    pub(crate) taken: Timestamp,
    /// The deployment that it is of.
    pub(crate) deployment: DeploymentId,
    /// The id that all files carry.
    pub(crate) directory: Uuid,
    /// Where the store is.
    pub(crate) store: StoreKind,
}

impl Note {
    pub(crate) const fn new(
        taken: Timestamp,
        deployment: DeploymentId,
        directory: Uuid,
        store: StoreKind,
    ) -> Self {
        Self { format: FORMAT, taken, deployment, directory, store }
    }

    /// Writes the note, durably: with it the backup is whole.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string(self).map_err(Failure::failed)?;
        crate::data_dir::write_durably(&dir.join(FILE), &text)
            .map_err(|error| Failure::Failed(format!("cannot write in {}: {error}", dir.display())))
    }

    /// Reads the note of a backup.
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        let shown = dir.display();
        let text = std::fs::read_to_string(dir.join(FILE)).map_err(|_| {
            Failure::Unusable(format!("{shown} is no backup, or one that was interrupted: it has no {FILE}"))
        })?;
        let unreadable = |_| Failure::Unusable(format!("{FILE} in {shown} cannot be read"));
        let format: Format = serde_json::from_str(&text).map_err(unreadable)?;
        if format.format != FORMAT {
            return Err(Failure::Unusable(format!(
                "{shown} is a backup of format {}, this program knows {FORMAT}: use the program that made it",
                format.format
            )));
        }
        serde_json::from_str(&text).map_err(unreadable)
    }
}

/// What every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}
