//! What a provider's error means for a step.

use amends_adapters::{Effect, ProviderError, Retry};
use amends_saga::StepError;

/// The error of a call that has the step's effect.
pub(crate) fn of_effect(error: &ProviderError) -> StepError {
    match (error.effect(), error.retry()) {
        (Effect::None, Retry::Never) => StepError::Rejected(error.to_string()),
        (Effect::None, Retry::Later { .. }) => StepError::Transient(error.to_string()),
        (Effect::Unknown, Retry::Later { .. }) => StepError::Unknown(error.to_string()),
        // Something was done under our key that we did not ask for.
        (Effect::Unknown, Retry::Never) => StepError::Bug(error.to_string()),
    }
}

/// The error of a call that changes nothing by itself: whatever became of it, it can be made again.
pub(crate) fn of_preparation(error: &ProviderError) -> StepError {
    match (error.effect(), error.retry()) {
        (Effect::None, Retry::Never) => StepError::Rejected(error.to_string()),
        (Effect::None | Effect::Unknown, Retry::Later { .. }) => StepError::Transient(error.to_string()),
        (Effect::Unknown, Retry::Never) => StepError::Bug(error.to_string()),
    }
}
