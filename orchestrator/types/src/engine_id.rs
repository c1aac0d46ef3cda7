//! Which engine runs a saga's executions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One embedded engine: one data directory with one journal. Executions of another engine cannot be seen from here.
///
/// Where Step Functions is shared by all, as on AWS, sagas name no engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EngineId(Uuid);

impl EngineId {
    /// The engine of the data directory of this id.
    pub const fn new(directory: Uuid) -> Self {
        Self(directory)
    }

    /// The id of its data directory.
    pub const fn directory(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EngineId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}
