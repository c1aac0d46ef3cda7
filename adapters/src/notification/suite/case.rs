//! A bench, and the calls that the cases make on it.

use amends_types::{Personal, Timestamp};

use super::{NotificationBench, Situation};
use crate::notification::{Notice, NoticeKind, Recipient, Sent};
use crate::suite::call;
use crate::{Call, ProviderError};

/// A bench and the calls that cases make on it.
pub(super) struct Case<B>(pub(super) B);

impl<B: NotificationBench> Case<B> {
    pub(super) fn call(&self, purpose: &str) -> Call {
        call(self.0.provider().contract(), purpose)
    }

    pub(super) fn notice(&self, situation: Situation, kind: NoticeKind) -> Notice {
        Notice {
            reference: "order-1".to_owned(),
            kind,
            to: Recipient { email: Personal::new(self.0.address(situation)), phone: None },
            subject: format!("about order-1: {kind:?}"),
            text: "Thank you.".to_owned(),
            at: Timestamp::from_micros(1_700_000_000_000_000),
        }
    }

    pub(super) async fn send(&self, purpose: &str, notice: &Notice) -> Result<Sent, ProviderError> {
        self.0.provider().send(&self.call(purpose), notice).await
    }
}
