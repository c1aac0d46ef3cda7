//! The SKUs that mean something to the sandbox. Their meaning is in the table of the sandbox's header.

use serde::{Deserialize, Serialize};

use super::SyncLine;
use crate::sandbox::{Operation, Scenario};

/// What a SKU makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TestSku {
    SyncRefused,
    SyncLostReplies,
    SyncLost,
    SyncSlow,
    SyncError,
    SyncDown,
    SyncOffline,
    RevertRefused,
    RevertLost,
    RevertDown,
}

const PREFIXES: &[(&str, TestSku)] = &[
    ("SANDBOX-SYNC-REFUSED", TestSku::SyncRefused),
    ("SANDBOX-SYNC-LOST-REPLIES", TestSku::SyncLostReplies),
    ("SANDBOX-SYNC-LOST", TestSku::SyncLost),
    ("SANDBOX-SYNC-SLOW", TestSku::SyncSlow),
    ("SANDBOX-SYNC-ERROR", TestSku::SyncError),
    ("SANDBOX-SYNC-DOWN", TestSku::SyncDown),
    ("SANDBOX-SYNC-OFFLINE", TestSku::SyncOffline),
    ("SANDBOX-REVERT-REFUSED", TestSku::RevertRefused),
    ("SANDBOX-REVERT-LOST", TestSku::RevertLost),
    ("SANDBOX-REVERT-DOWN", TestSku::RevertDown),
];

impl TestSku {
    /// The first of these lines' SKUs that means something for `operation`.
    pub(crate) fn among(lines: &[SyncLine], operation: Operation) -> Option<Self> {
        let known = lines.iter().filter_map(|line| Self::of(&line.sku));
        known.into_iter().find(|sku| sku.hits() == operation)
    }

    /// The name in the books of a SKU that matters when the sync is taken back.
    pub(crate) fn revert_name(self) -> &'static str {
        PREFIXES.iter().find(|(_, sku)| *sku == self).map_or("", |(prefix, _)| prefix)
    }

    /// The meaning of a SKU, by the first prefix that fits.
    pub(crate) fn of(sku: &str) -> Option<Self> {
        PREFIXES.iter().find(|(prefix, _)| sku.starts_with(prefix)).map(|(_, meaning)| *meaning)
    }

    /// The course of the operation that this SKU is about, in a sync of so many items.
    pub(crate) fn scenario(self, items: u64) -> Scenario {
        match self {
            Self::SyncRefused => Scenario::Declined("sku_refused"),
            Self::SyncLostReplies => Scenario::LostReplies,
            Self::SyncLost | Self::RevertLost => Scenario::LostReply,
            Self::SyncSlow => Scenario::Slow,
            Self::SyncError => Scenario::server_error(items.cast_signed()),
            Self::SyncDown | Self::RevertDown => Scenario::DownForAWhile,
            Self::SyncOffline => Scenario::Down,
            Self::RevertRefused => Scenario::Declined("revert_refused"),
        }
    }

    fn hits(self) -> Operation {
        match self {
            Self::SyncRefused
            | Self::SyncLostReplies
            | Self::SyncLost
            | Self::SyncSlow
            | Self::SyncError
            | Self::SyncDown
            | Self::SyncOffline => Operation::Sync,
            Self::RevertRefused | Self::RevertLost | Self::RevertDown => Operation::Revert,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::named_in_table;

    #[test]
    fn the_table_in_the_sandboxs_header_names_each_and_no_other() {
        let mut names: Vec<&str> = PREFIXES.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(named_in_table(include_str!("sandbox.rs")), names);
    }
}
