//! The built-in notification provider.
//!
//! It delivers nothing, and keeps a record of what it was handed. The domain of the recipient's e-mail address may
//! make something happen. "First" counts the notices for one reference, over restarts.
//!
//! | mail domain | what happens |
//! |---|---|
//! | `bounce.example` | declined, proven not done: `no_such_mailbox` |
//! | `down.example` | every notice is refused, proven not done |
//! | `busy.example` | the first two are refused, proven not done |
//! | `lost.example` | sent; the first reply is lost, a repeat is answered |
//! | `lost-replies.example` | sent; every reply is lost |
//! | `slow.example` | the first arrives after 3 s, past the limit of 2 s; until then the key is in use |
//! | `error.example` | sent; the first two are answered 500, the third succeeds |

use std::sync::Arc;
use std::time::Duration;

use amends_types::Clock;
use async_trait::async_trait;
use serde_json::json;

use super::ask::{NotificationAsk, effect_of};
use super::{Notice, NoticeKind, Notification, Sent, SentLookup};
use crate::books::Books;
use crate::sandbox::{Desk, FaultHook, Operation, Served, Submission};
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

/// The built-in notification provider.
#[derive(Clone)]
pub struct SandboxNotification {
    desk: Desk,
}

impl SandboxNotification {
    /// A provider that keeps these books.
    pub fn new(books: Arc<dyn Books>, clock: Arc<dyn Clock>) -> Self {
        Self { desk: Desk::new(ProviderKind::Notification, CONTRACT, books, clock) }
    }

    /// Lets `hook` choose the fault of every call.
    #[must_use]
    pub fn with_faults(mut self, hook: FaultHook) -> Self {
        self.desk.set_faults(hook);
        self
    }
}

#[async_trait]
impl Notification for SandboxNotification {
    fn contract(&self) -> Contract {
        self.desk.contract()
    }

    async fn send(&self, call: &Call, notice: &Notice) -> Result<Sent, ProviderError> {
        let body = json!({
            "reference": notice.reference,
            "kind": notice.kind,
            "to": notice.to,
            "subject": notice.subject,
            "text": notice.text,
            "at": notice.at,
        });
        let submission =
            Submission { ask: NotificationAsk::new(notice), reference: notice.reference.clone(), body };
        match self.desk.submit(call, submission).await? {
            Served::Entered(entry) => Ok(Sent { id: entry.object.clone() }),
            Served::Left(_) => Err(ProviderError::Unreadable),
        }
    }

    fn lookup(&self) -> Option<&dyn SentLookup> {
        Some(self)
    }
}

#[async_trait]
impl SentLookup for SandboxNotification {
    async fn sent(
        &self,
        limit: Duration,
        reference: &str,
        kind: NoticeKind,
    ) -> Result<Option<Sent>, ProviderError> {
        let history = self.desk.look(limit, Operation::Sent, reference).await?;
        let found = history.iter().find(|entry| entry.effect == effect_of(kind));
        Ok(found.map(|entry| Sent { id: entry.object.clone() }))
    }
}

#[cfg(test)]
pub(crate) mod bench {
    use super::*;
    use crate::notification::suite::{NotificationBench, Situation};
    use crate::sandbox::bench::Stand;

    pub(crate) struct SandboxBench(Stand<SandboxNotification>);

    pub(crate) async fn memory() -> SandboxBench {
        SandboxBench(Stand::on_memory(SandboxNotification::new))
    }

    pub(crate) async fn sqlite() -> SandboxBench {
        SandboxBench(Stand::on_sqlite(SandboxNotification::new))
    }

    impl NotificationBench for SandboxBench {
        fn provider(&self) -> &dyn Notification {
            &self.0.provider
        }

        fn address(&self, situation: Situation) -> String {
            let domain = match situation {
                Situation::Good => "shop.example",
                Situation::Rejected => "bounce.example",
                Situation::Down => "down.example",
                Situation::LostReply => "lost.example",
            };
            format!("ada.lovelace@{domain}")
        }

        async fn deliveries(&self, notice: &Notice) -> usize {
            let entries = self.0.books.entries_of(&notice.reference).unwrap();
            entries.iter().filter(|entry| entry.effect == effect_of(notice.kind)).count()
        }
    }
}
