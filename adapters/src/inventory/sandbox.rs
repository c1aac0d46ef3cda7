//! The built-in inventory provider.
//!
//! It keeps no stock, only a record of what it was told. SKUs that begin as follows make something happen; among an
//! order's lines the first one counts for each operation. "First" counts the calls of that operation for one
//! reference, over restarts.
//!
//! | SKU begins with | what happens |
//! |---|---|
//! | `SANDBOX-SYNC-REFUSED` | the sync is declined, proven not done: `sku_refused` |
//! | `SANDBOX-SYNC-LOST` | recorded; the first reply is lost, a repeat is answered |
//! | `SANDBOX-SYNC-LOST-REPLIES` | recorded; every reply to a sync is lost |
//! | `SANDBOX-SYNC-SLOW` | the first sync arrives after 3 s, past the limit of 2 s; until then the key is in use |
//! | `SANDBOX-SYNC-ERROR` | the first two syncs are answered 500; the first was done if the number of items is even, and nothing was done if it is odd; the third succeeds |
//! | `SANDBOX-SYNC-DOWN` | the first two syncs are refused, proven not done |
//! | `SANDBOX-SYNC-OFFLINE` | every sync is refused, proven not done |
//! | `SANDBOX-REVERT-REFUSED` | recorded; taking it back is declined for ever: `revert_refused` |
//! | `SANDBOX-REVERT-LOST` | recorded; taken back, and the first reply to that is lost |
//! | `SANDBOX-REVERT-DOWN` | recorded; the first two reverts are refused, proven not done |

use std::sync::Arc;
use std::time::Duration;

use amends_types::Clock;
use async_trait::async_trait;
use serde_json::json;

use super::ask::{InventoryAsk, live};
use super::{Inventory, Reverted, SyncReceipt, SyncRequest};
use crate::books::{Books, EffectKind};
use crate::sandbox::{Desk, FaultHook, Operation, Served, Submission, Unchanged};
use crate::{BodyRule, Call, Contract, InUse, KeyScope, Lookup, ProviderError, ProviderKind};

const CONTRACT: Contract = Contract {
    provider: "sandbox",
    key_window_seconds: Some(24 * 60 * 60),
    scope: KeyScope::Account,
    body: BodyRule::Refused,
    caches_server_errors: true,
    in_use: InUse::Answered,
    lookup: Lookup::Consistent,
    settle_seconds: 3,
    call_limit_seconds: 2,
};

/// The built-in inventory provider.
#[derive(Clone)]
pub struct SandboxInventory {
    desk: Desk,
}

impl SandboxInventory {
    /// A provider that keeps these books.
    pub fn new(books: Arc<dyn Books>, clock: Arc<dyn Clock>) -> Self {
        Self { desk: Desk::new(ProviderKind::Inventory, CONTRACT, books, clock) }
    }

    /// Lets `hook` choose the fault of every call.
    #[must_use]
    pub fn with_faults(mut self, hook: FaultHook) -> Self {
        self.desk.set_faults(hook);
        self
    }
}

#[async_trait]
impl Inventory for SandboxInventory {
    fn contract(&self) -> Contract {
        self.desk.contract()
    }

    async fn sync(&self, call: &Call, request: &SyncRequest) -> Result<SyncReceipt, ProviderError> {
        let ask = InventoryAsk::sync(request);
        let body = json!({ "sync": request });
        match self.desk.submit(call, Submission { ask, reference: request.reference.clone(), body }).await? {
            Served::Entered(entry) => Ok(SyncReceipt { id: entry.object.clone() }),
            Served::Left(_) => Err(ProviderError::Unreadable),
        }
    }

    async fn find(&self, limit: Duration, reference: &str) -> Result<Option<SyncReceipt>, ProviderError> {
        let history = self.desk.look(limit, Operation::Find, reference).await?;
        match live(&history) {
            Some(part) if part.effect == EffectKind::PartlySynced => {
                Err(ProviderError::wrong_state(part.effect.as_str()))
            }
            recorded => Ok(recorded.map(|entry| SyncReceipt { id: entry.object.clone() })),
        }
    }

    async fn revert(&self, call: &Call, reference: &str) -> Result<Reverted, ProviderError> {
        let submission = Submission {
            ask: InventoryAsk::Revert,
            reference: reference.to_owned(),
            body: json!({ "revert": reference }),
        };
        Ok(match self.desk.submit(call, submission).await? {
            Served::Entered(_) => Reverted::Reverted,
            Served::Left(Unchanged::AlreadyUndone) => Reverted::AlreadyReverted,
            Served::Left(Unchanged::NothingFound) => Reverted::NothingFound,
        })
    }
}

#[cfg(test)]
pub(crate) mod bench {
    use super::*;
    use crate::inventory::suite::{InventoryBench, Records, Situation};
    use crate::sandbox::bench::Stand;
    use crate::sandbox::settle;

    pub(crate) struct SandboxBench(Stand<SandboxInventory>);

    pub(crate) async fn memory() -> SandboxBench {
        SandboxBench(Stand::on_memory(SandboxInventory::new))
    }

    pub(crate) async fn sqlite() -> SandboxBench {
        SandboxBench(Stand::on_sqlite(SandboxInventory::new))
    }

    impl InventoryBench for SandboxBench {
        fn provider(&self) -> &dyn Inventory {
            &self.0.provider
        }

        fn sku(&self, situation: Situation) -> String {
            let sku = match situation {
                Situation::Good => "tea",
                Situation::Refused => "SANDBOX-SYNC-REFUSED-1",
                Situation::LostReply => "SANDBOX-SYNC-LOST",
                Situation::Slow => "SANDBOX-SYNC-SLOW",
                Situation::ServerError => "SANDBOX-SYNC-ERROR",
                Situation::DownForAWhile => "SANDBOX-SYNC-DOWN",
            };
            sku.to_owned()
        }

        async fn pass(&self, duration: Duration) {
            self.0.clock.advance(duration);
            settle(&*self.0.books, self.0.clock.now()).await.unwrap();
        }

        async fn books(&self, reference: &str) -> Records {
            let entries = self.0.books.entries_of(reference).unwrap();
            let count = |effect| entries.iter().filter(|entry| entry.effect == effect).count();
            Records { synced: count(EffectKind::Synced), reverted: count(EffectKind::Reverted) }
        }
    }
}
