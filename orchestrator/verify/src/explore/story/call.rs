//! What is told of a provider's call.

use super::short::short;
use crate::explore::trace::ProviderCall;

pub(super) fn told(call: &ProviderCall) -> String {
    let ProviderCall { operation, key, outcome, proven_not_done, .. } = call;
    let Err(error) = outcome else { return format!("calls {operation}: ok") };
    let how = match (key, proven_not_done) {
        (Some(_), true) => ", proven not done",
        (Some(_), false) => ", and cannot know whether it was done",
        // A lookup does nothing.
        (None, _) => " in vain",
    };
    format!("calls {operation}{how}: {}", short(error))
}
