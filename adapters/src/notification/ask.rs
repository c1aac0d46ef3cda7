//! How the sandbox decides on notices: each is delivered, once for each key.

use serde::{Deserialize, Serialize};

use super::test_domain::TestDomain;
use super::{Notice, NoticeKind};
use crate::books::{EffectKind, Entry};
use crate::sandbox::{Ask, Draft, Operation, Ruling, Scenario};
use crate::{ProviderError, ProviderKind};

/// A request to the sandbox's notification provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotificationAsk {
    kind: NoticeKind,
    domain: Option<TestDomain>,
    reachable: bool,
}

impl NotificationAsk {
    pub(crate) fn new(notice: &Notice) -> Self {
        let address = notice.to.email.expose();
        Self {
            kind: notice.kind,
            domain: TestDomain::of(address),
            reachable: address
                .split_once('@')
                .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty()),
        }
    }
}

/// What a notice of this kind is in the books.
pub(super) fn effect_of(kind: NoticeKind) -> EffectKind {
    match kind {
        NoticeKind::OrderConfirmed => EffectKind::Sent,
        NoticeKind::Correction => EffectKind::CorrectionSent,
    }
}

impl Ask for NotificationAsk {
    const PROVIDER: ProviderKind = ProviderKind::Notification;
    const OBJECT_PREFIX: &'static str = "msg";

    fn operation(&self) -> Operation {
        Operation::Send
    }

    fn scenario(&self, _: &[Entry]) -> Scenario {
        self.domain.map_or(Scenario::Plain, TestDomain::scenario)
    }

    fn decide(&self, _: &[Entry]) -> Result<Ruling, ProviderError> {
        if !self.reachable {
            return Err(ProviderError::invalid("not_an_address"));
        }
        let effect = effect_of(self.kind);
        Ok(Ruling::Enter(Draft { effect, object: None, amount: None, scenario: None }))
    }
}
