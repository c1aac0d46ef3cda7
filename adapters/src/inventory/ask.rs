//! How the sandbox decides on syncs: each is recorded, and taken back once.
//!
//! It knows requests by their key only. A sync under a second key is recorded a second time, as a real stock system
//! would count the sale twice.

use serde::{Deserialize, Serialize};

use super::test_sku::TestSku;
use super::{SyncLine, SyncRequest};
use crate::books::{EffectKind, Entry};
use crate::sandbox::{Ask, Draft, Operation, Ruling, Scenario, Unchanged};
use crate::{ProviderError, ProviderKind};

/// A request to the sandbox's inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum InventoryAsk {
    Sync { on_sync: Option<TestSku>, on_revert: Option<TestSku>, items: u64, lines: usize },
    Revert,
}

impl InventoryAsk {
    pub(crate) fn sync(request: &SyncRequest) -> Self {
        Self::Sync {
            on_sync: TestSku::among(&request.lines, Operation::Sync),
            on_revert: TestSku::among(&request.lines, Operation::Revert),
            items: request.lines.iter().map(|line: &SyncLine| u64::from(line.quantity)).sum(),
            lines: request.lines.len(),
        }
    }
}

impl Ask for InventoryAsk {
    const PROVIDER: ProviderKind = ProviderKind::Inventory;
    const OBJECT_PREFIX: &'static str = "sync";

    fn operation(&self) -> Operation {
        match self {
            Self::Sync { .. } => Operation::Sync,
            Self::Revert => Operation::Revert,
        }
    }

    fn scenario(&self, history: &[Entry]) -> Scenario {
        match self {
            Self::Sync { on_sync, items, .. } => on_sync.map_or(Scenario::Plain, |sku| sku.scenario(*items)),
            Self::Revert => {
                let live = live(history).and_then(|entry| entry.scenario.as_deref());
                live.and_then(TestSku::of).map_or(Scenario::Plain, |sku| sku.scenario(0))
            }
        }
    }

    fn decide(&self, history: &[Entry]) -> Result<Ruling, ProviderError> {
        match self {
            Self::Sync { lines: 0, .. } => Err(ProviderError::invalid("no_lines")),
            Self::Sync { on_revert, .. } => Ok(Ruling::Enter(Draft {
                effect: EffectKind::Synced,
                object: None,
                amount: None,
                scenario: on_revert.map(|sku| sku.revert_name().to_owned()),
            })),
            Self::Revert => Ok(match live(history) {
                Some(synced) => Ruling::Enter(Draft {
                    effect: EffectKind::Reverted,
                    object: Some(synced.object.clone()),
                    amount: None,
                    scenario: None,
                }),
                None if history.is_empty() => Ruling::Leave(Unchanged::NothingFound),
                None => Ruling::Leave(Unchanged::AlreadyUndone),
            }),
        }
    }
}

/// The oldest sync that is not taken back.
pub(super) fn live(history: &[Entry]) -> Option<&Entry> {
    let reverted = |object: &str| {
        history.iter().any(|entry| entry.effect == EffectKind::Reverted && entry.object == object)
    };
    history.iter().find(|entry| entry.effect == EffectKind::Synced && !reverted(&entry.object))
}
