//! The behaviour that every notification provider is held to.
//!
//! Each case is the sentence of one bullet in the trait's documentation. A bench brings the provider, recipients for
//! every situation, and a look at what was really delivered.

pub(crate) mod lookup;
pub(crate) mod send;

use amends_types::{Personal, Timestamp};

use super::{Notice, NoticeKind, Notification, Recipient, Sent};
use crate::suite::call;
use crate::{Call, ProviderError};

/// Passes the list of all cases to a macro.
macro_rules! notification_cases {
    ($($run:ident)::+, $args:tt) => {
        $($run)::+! { $args
            send {
                a_notice_reaches_its_recipient,
                a_notice_sent_again_with_the_same_key_has_the_same_id,
                a_provider_that_keeps_keys_delivers_a_repeated_notice_once,
                a_provider_that_keeps_keys_refuses_one_with_another_body,
                a_correction_is_told_apart_from_a_confirmation,
                a_notice_to_a_rejected_recipient_is_proven_not_done,
                a_notice_while_the_provider_is_down_is_proven_not_done,
                a_notice_whose_reply_is_lost_may_have_happened_and_its_repeat_has_the_same_id,
                no_error_names_the_recipient,
            }
            lookup {
                a_lookup_exists_exactly_if_the_contract_says_so,
                a_lookup_finds_what_was_sent_and_nothing_else,
            }
        }
    };
}
pub(crate) use notification_cases;

/// A provider under test.
pub(crate) trait NotificationBench {
    /// The adapter.
    fn provider(&self) -> &dyn Notification;
    /// An address that brings the situation about.
    fn address(&self, situation: Situation) -> String;
    /// How often this notice was really delivered.
    async fn deliveries(&self, notice: &Notice) -> usize;
}

/// What happens at a recipient.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Situation {
    Good,
    Rejected,
    Down,
    /// Delivered, and the first reply is lost.
    LostReply,
}

/// A bench and the calls that cases make on it.
struct Case<B>(B);

impl<B: NotificationBench> Case<B> {
    fn call(&self, purpose: &str) -> Call {
        call(self.0.provider().contract(), purpose)
    }

    fn notice(&self, situation: Situation, kind: NoticeKind) -> Notice {
        Notice {
            reference: "order-1".to_owned(),
            kind,
            to: Recipient { email: Personal::new(self.0.address(situation)), phone: None },
            subject: format!("about order-1: {kind:?}"),
            text: "Thank you.".to_owned(),
            at: Timestamp::from_micros(1_700_000_000_000_000),
        }
    }

    async fn send(&self, purpose: &str, notice: &Notice) -> Result<Sent, ProviderError> {
        self.0.provider().send(&self.call(purpose), notice).await
    }
}
