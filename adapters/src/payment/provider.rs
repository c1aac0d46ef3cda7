//! The payment trait, shaped after Stripe's PaymentIntents and PayPal's orders: make, capture, reverse.

use std::time::Duration;

use amends_types::Money;
use async_trait::async_trait;

use super::{Captured, PaymentId, PaymentRequest, PaymentStatus, Reversed};
use crate::{Call, Contract, ProviderError};

/// Takes money for one merchant account, and gives it back.
#[async_trait]
pub trait Payment: Send + Sync + 'static {
    /// What this provider promises about keys, repeats and lookups.
    fn contract(&self) -> Contract;

    /// Makes the payment object, and takes nothing.
    ///
    /// # Errors
    /// See [`ProviderError`]; an error here never means that money moved.
    ///
    /// # Behaviour
    /// - Preparing takes no money.
    /// - Preparing again with the same key answers the same payment.
    /// - Preparing with the same key and another body is refused.
    /// - Preparing with an unknown payment method is proven not done.
    /// - Preparing with another key makes another payment.
    async fn prepare(&self, call: &Call, request: &PaymentRequest) -> Result<PaymentId, ProviderError>;

    /// Takes the money of a prepared payment, once. `amount` is the one that was prepared.
    ///
    /// # Errors
    /// See [`ProviderError`].
    ///
    /// # Behaviour
    /// - Capturing takes the money once.
    /// - Capturing again with the same key answers the recorded capture.
    /// - Capturing a captured payment with another key takes nothing.
    /// - Capturing another amount than was prepared takes nothing.
    /// - Capturing an unknown payment is proven not done.
    /// - A declined capture is proven not done.
    /// - A capture whose reply is lost is found by its repeat.
    /// - A capture slower than the limit times out and is found by its repeat.
    /// - A capture answered with a server error may have happened and its repeat ends it.
    /// - A provider that is down for a while did nothing until it is back.
    /// - Capturing a cancelled payment is refused for ever.
    async fn capture(
        &self,
        call: &Call,
        payment: &PaymentId,
        amount: Money,
    ) -> Result<Captured, ProviderError>;

    /// Drives a payment to its final state with nothing taken: cancels it if nothing was, refunds it once if so.
    ///
    /// # Errors
    /// See [`ProviderError`]; [`ProviderError::NotFound`] for an id that the provider never issued.
    ///
    /// # Behaviour
    /// - Reversing a prepared payment cancels it.
    /// - Reversing a captured payment refunds all of it.
    /// - Reversing again with the same key answers the same.
    /// - Reversing again with another key refunds nothing more.
    /// - Reversing a capture whose reply was lost refunds it.
    /// - Reversing before a slow capture arrives keeps it from ever happening.
    /// - Reversing an unknown payment is proven not done.
    /// - A refund that the provider refuses is proven not done.
    async fn reverse(&self, call: &Call, payment: &PaymentId) -> Result<Reversed, ProviderError>;

    /// Looks a payment up, within `limit`.
    ///
    /// # Errors
    /// See [`ProviderError`]; [`ProviderError::NotFound`] for an id that the provider never issued.
    ///
    /// # Behaviour
    /// - The status follows a payment through its states.
    /// - The status of an unknown payment is not found.
    async fn status(&self, limit: Duration, payment: &PaymentId) -> Result<PaymentStatus, ProviderError>;
}
