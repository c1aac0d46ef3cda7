//! A worker's answer, and what the state makes of it.
//!
//! What `lambda:invoke` wraps around an answer is bigger than most answers, and most machines only look at the answer:
//! for those it is never made, unless a history event or an error has to show it.

use std::sync::Arc;

use amends_asl::{ResultPath, Task};
use serde_json::{Map, Value};

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::lambda;
use super::limits::{MAX_DATA_BYTES, is_longer_than};

/// A worker's answer.
pub(super) struct Reply {
    output: Value,
    wrapping: Option<Wrapping>,
}

/// What `lambda:invoke` adds.
#[derive(Clone, Copy)]
struct Wrapping {
    entropy: u64,
    with_log: bool,
}

impl Reply {
    pub(super) fn new(task: &Task, output: Value, entropy: u64) -> Self {
        let wrapping = task.resource.is_lambda_invoke().then(|| Wrapping {
            entropy,
            with_log: task.parameters.as_ref().is_some_and(|template| template.has_field("LogType")),
        });
        Self { output, wrapping }
    }

    /// The service's answer to a call whose end is awaited.
    pub(super) fn of_submission(task: &Task, output: Value, entropy: u64) -> Self {
        let is_lambda = task.resource.is_lambda_call();
        let with_log = task.parameters.as_ref().is_some_and(|template| template.has_field("LogType"));
        Self { output, wrapping: is_lambda.then_some(Wrapping { entropy, with_log }) }
    }

    /// Whether the result is larger than a result may be. Does not depend on chance.
    pub(super) fn is_too_large(&self) -> bool {
        let around = if self.wrapping.is_some() { lambda::ENVELOPE_BYTES } else { 0 };
        is_longer_than(MAX_DATA_BYTES - around, &self.output)
    }

    /// The whole result, as events show it.
    pub(super) fn result(&self) -> Value {
        self.wrap(self.output.clone())
    }

    /// The whole result, and nothing else.
    pub(super) fn into_result(self) -> Value {
        match self.wrapping {
            None => self.output,
            Some(wrapping) => wrapping.around(self.output),
        }
    }

    /// What `ResultSelector` makes of the result; the result itself without one.
    pub(super) fn select(self, task: &Task, scope: &Scope<'_>) -> Result<Arc<Value>, Failure> {
        let selector = task.result_selector.as_ref();
        let Some(wrapping) = self.wrapping else {
            return data::apply_template(selector, &Arc::new(self.output), scope);
        };
        let is_dropped = task.result_path == ResultPath::Discard && scope.state.assign.is_none();
        if selector.is_none() && is_dropped {
            return Ok(Arc::new(Value::Null));
        }
        if !selector.is_some_and(|selector| selector.reads_only("Payload")) {
            let result = Arc::new(wrapping.around(self.output));
            return data::apply_template(selector, &result, scope);
        }
        let lean = Arc::new(Value::Object(Map::from_iter([("Payload".to_owned(), self.output)])));
        data::apply_template(selector, &lean, scope).or_else(|_| {
            let payload = lean["Payload"].clone();
            data::apply_template(selector, &Arc::new(wrapping.around(payload)), scope)
        })
    }

    fn wrap(&self, output: Value) -> Value {
        match self.wrapping {
            None => output,
            Some(wrapping) => wrapping.around(output),
        }
    }
}

impl Wrapping {
    fn around(self, payload: Value) -> Value {
        lambda::envelope(payload, self.entropy, self.with_log)
    }
}
