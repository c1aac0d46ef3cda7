//! A provider of the sandbox at the end of the wire.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use amends_adapters::sandbox::{Fault, FaultHook};
use amends_adapters::{Call, Contract, Effect, ProviderError};

use crate::explore::{CallFate, Line, Wire};

/// A call of a provider: a lookup, if it has no `call`. It relies on nothing but what its object's state forbids, and has
/// no parts, unless the caller says so.
pub(super) fn line<'a>(
    contract: Contract,
    operation: &'static str,
    reference: &'a str,
    call: Option<&Call>,
) -> Line<'a> {
    let window = contract.key_window_seconds;
    Line {
        operation,
        reference,
        key: call.map(|call| call.key),
        key_window: window.map(|seconds| Duration::from_secs(seconds.into())),
        has_parts: false,
        object: None,
        relies_on_key: false,
    }
}

/// Makes one call over the wire.
pub(super) async fn over<T>(
    wire: &Wire,
    line: Line<'_>,
    call: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let fate = wire.meet(line).await;
    wire.put(fate);
    let answer = call.await;
    // A request that the provider refused to look at did not come to its fault.
    wire.take();
    let told = answer.as_ref().map(|_| "ok".to_owned()).map_err(ToString::to_string);
    let proven = answer.as_ref().err().is_some_and(|error| error.effect() == Effect::None);
    wire.told(line, told, proven);
    answer
}

/// What the sandbox makes of what was put aside; what is late is late `by` so much.
pub(super) fn hook(wire: &Wire, by: Duration) -> FaultHook {
    let wire = wire.clone();
    Arc::new(move |_| match wire.take() {
        CallFate::Plain => Fault::None,
        CallFate::Declined => Fault::Declined,
        CallFate::Unavailable => Fault::Unavailable,
        CallFate::RequestLost => Fault::RequestLost,
        CallFate::ReplyLost => Fault::ReplyLost,
        CallFate::ErrorAfterEffect => Fault::ErrorAfterEffect,
        CallFate::CachedError => Fault::ErrorBeforeEffect,
        CallFate::Partial => Fault::Partial,
        CallFate::Late => Fault::Delayed { by },
    })
}
