//! The behaviour that every payment provider is held to.
//!
//! Each case is the sentence of one bullet in the trait's documentation. A bench brings the provider, test data for
//! every situation, and the provider's own books: what it answered is never taken for what it did.

pub(crate) mod capture;
pub(crate) mod prepare;
pub(crate) mod reverse;
pub(crate) mod status;

use std::time::Duration;

use amends_types::Money;

use super::{Captured, Payment, PaymentId, PaymentMethod, PaymentRequest};
use crate::suite::{call, usd};
use crate::{Call, ProviderError};

/// Passes the list of all cases to a macro.
macro_rules! payment_cases {
    ($($run:ident)::+, $args:tt) => {
        $($run)::+! { $args
            prepare {
                preparing_takes_no_money,
                preparing_again_with_the_same_key_answers_the_same_payment,
                preparing_with_the_same_key_and_another_body_is_refused,
                preparing_with_an_unknown_payment_method_is_proven_not_done,
                preparing_with_another_key_makes_another_payment,
            }
            capture {
                capturing_takes_the_money_once,
                capturing_again_with_the_same_key_answers_the_recorded_capture,
                capturing_a_captured_payment_with_another_key_takes_nothing,
                capturing_another_amount_than_was_prepared_takes_nothing,
                capturing_an_unknown_payment_is_proven_not_done,
                a_declined_capture_is_proven_not_done,
                a_capture_whose_reply_is_lost_is_found_by_its_repeat,
                a_capture_slower_than_the_limit_times_out_and_is_found_by_its_repeat,
                a_capture_answered_with_a_server_error_may_have_happened_and_its_repeat_ends_it,
                a_provider_that_is_down_for_a_while_did_nothing_until_it_is_back,
                capturing_a_cancelled_payment_is_refused_for_ever,
            }
            reverse {
                reversing_a_prepared_payment_cancels_it,
                reversing_a_captured_payment_refunds_all_of_it,
                reversing_again_with_the_same_key_answers_the_same,
                reversing_again_with_another_key_refunds_nothing_more,
                reversing_a_capture_whose_reply_was_lost_refunds_it,
                reversing_before_a_slow_capture_arrives_keeps_it_from_ever_happening,
                reversing_an_unknown_payment_is_proven_not_done,
                a_refund_that_the_provider_refuses_is_proven_not_done,
            }
            status {
                the_status_follows_a_payment_through_its_states,
                the_status_of_an_unknown_payment_is_not_found,
            }
        }
    };
}
pub(crate) use payment_cases;

/// A provider under test.
pub(crate) trait PaymentBench {
    /// The adapter.
    fn provider(&self) -> &dyn Payment;
    /// Test data that brings the situation about.
    fn method(&self, situation: Situation) -> PaymentMethod;
    /// An id that the provider might have issued and did not.
    fn unknown_payment(&self) -> PaymentId;
    /// Lets time pass, until whatever was under way has arrived.
    async fn pass(&self, duration: Duration);
    /// What the provider's own books say of a reference.
    async fn books(&self, reference: &str) -> Balance;
}

/// What a payment method makes happen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Situation {
    Good,
    Unknown,
    Declined,
    LostReply,
    SlowSuccess,
    ServerError,
    DownForAWhile,
    RefundFails,
}

/// What happened for one reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) payments: usize,
    pub(crate) captured: Vec<Money>,
    pub(crate) canceled: usize,
    pub(crate) refunded: Vec<Money>,
}

/// The reference of every case; each has a bench of its own.
const REFERENCE: &str = "order-1";
const PRICE: i64 = 1998;

/// A bench and the calls that cases make on it.
struct Case<B>(B);

impl<B: PaymentBench> Case<B> {
    fn call(&self, purpose: &str) -> Call {
        call(self.0.provider().contract(), purpose)
    }

    fn request(&self, situation: Situation) -> PaymentRequest {
        PaymentRequest {
            reference: REFERENCE.to_owned(),
            amount: usd(PRICE),
            payment_method: self.0.method(situation),
        }
    }

    async fn prepare(&self, situation: Situation) -> PaymentId {
        let request = self.request(situation);
        self.0.provider().prepare(&self.call("prepare"), &request).await.expect("a payment is prepared")
    }

    async fn capture(&self, payment: &PaymentId, purpose: &str) -> Result<Captured, ProviderError> {
        self.0.provider().capture(&self.call(purpose), payment, usd(PRICE)).await
    }

    async fn reverse(&self, payment: &PaymentId, purpose: &str) -> Result<super::Reversed, ProviderError> {
        self.0.provider().reverse(&self.call(purpose), payment).await
    }

    /// Asserts the provider's books: `1` for each capture and refund of the whole price.
    async fn assert_books(&self, captured: usize, canceled: usize, refunded: usize) {
        let expected = Balance {
            payments: 1,
            captured: vec![usd(PRICE); captured],
            canceled,
            refunded: vec![usd(PRICE); refunded],
        };
        assert_eq!(self.0.books(REFERENCE).await, expected);
    }

    async fn settle(&self) {
        self.0.pass(self.0.provider().contract().settle()).await;
    }
}
