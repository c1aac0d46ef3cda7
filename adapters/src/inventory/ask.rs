//! How the sandbox decides on syncs: each is recorded, and taken back once.
//!
//! It knows requests by their key only. A sync under a second key is recorded a second time, as a real stock system
//! would count the sale twice. A sale of which a part is recorded is one object like any other: a repeat under its key
//! records the rest on it, and a revert takes back what there is. Once taken back it is closed, and a repeat that
//! wants to record the rest is refused.

use serde::{Deserialize, Serialize};

use super::test_sku::TestSku;
use super::{SyncLine, SyncRequest};
use crate::books::{EffectKind, Entry};
use crate::sandbox::{Ask, Draft, Operation, Ruling, Scenario, Unchanged, latest_of};
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
                Some(recorded) => Ruling::Enter(Draft {
                    effect: EffectKind::Reverted,
                    object: Some(recorded.object.clone()),
                    amount: None,
                    scenario: None,
                }),
                None if history.is_empty() => Ruling::Leave(Unchanged::NothingFound),
                None => Ruling::Leave(Unchanged::AlreadyUndone),
            }),
        }
    }

    fn part_of(&self, whole: Draft) -> Draft {
        match self {
            Self::Sync { lines: 2.., .. } => Draft { effect: EffectKind::PartlySynced, ..whole },
            Self::Sync { .. } | Self::Revert => whole,
        }
    }

    fn rest_of(&self, known: &Entry, history: &[Entry]) -> Result<Option<Draft>, ProviderError> {
        if known.effect != EffectKind::PartlySynced {
            return Ok(None);
        }
        let now = latest_of(history, &known.object).map_or(known.effect, |latest| latest.effect);
        if now == EffectKind::Reverted {
            return Err(ProviderError::wrong_state(now.as_str()));
        }
        Ok(Some(Draft {
            effect: EffectKind::Synced,
            object: Some(known.object.clone()),
            amount: None,
            scenario: known.scenario.clone(),
        }))
    }
}

/// What is recorded now of the oldest sale that is not taken back: the whole of it or a part.
pub(super) fn live(history: &[Entry]) -> Option<&Entry> {
    let mut now = history.iter().filter_map(|entry| latest_of(history, &entry.object));
    now.find(|entry| entry.effect != EffectKind::Reverted)
}
