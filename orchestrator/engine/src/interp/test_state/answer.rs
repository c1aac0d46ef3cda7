//! What TestState answers: what the state came to, and which of its handlers took its error.

use amends_asl::Transition;
use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::run::{self, Flow};
use super::super::{catch, data, retry};
use super::TestState;

impl TestState {
    pub(super) fn answer(mut self, flow: Result<Flow, Failure>) -> Value {
        let mut answer = Map::new();
        match flow.and_then(|flow| self.within_limits(flow)) {
            Ok(Flow::Leave { output, assigned, next }) => {
                self.left(&mut answer, "SUCCEEDED", &output, assigned, next);
            }
            Ok(Flow::Fail { error, cause }) => put_failure(&mut answer, "FAILED", error, cause),
            // A state that would wait for something has been answered by a mock or a call.
            Ok(Flow::Sleep { .. } | Flow::Hold(_) | Flow::Fork(_)) => {}
            Err(failure) => self.failed(&mut answer, failure),
        }
        if self.request.is_inspected {
            answer.insert("inspectionData".to_owned(), Value::Object(self.inspected));
        }
        Value::Object(answer)
    }

    /// As an execution goes on only with data and variables that are not too large.
    fn within_limits(&mut self, flow: Flow) -> Result<Flow, Failure> {
        if let Flow::Leave { output, assigned, .. } = &flow {
            data::check_size(&self.scope(), output)?;
            let set = assigned.clone().map_or(Ok(()), |values| self.thread.variables.assign(values));
            set.map_err(|error| Failure::runtime(&self.scope(), error))?;
        }
        Ok(flow)
    }

    /// How often the state has been retried: as the request says, or as the context object that it gives does.
    fn retries(&self) -> u32 {
        let counted = || u32::try_from(self.context["State"]["RetryCount"].as_u64()?).ok();
        self.request.configuration.retrier_retry_count.or_else(counted).unwrap_or(0)
    }

    fn left(
        &mut self,
        answer: &mut Map<String, Value>,
        status: &str,
        output: &Value,
        assigned: Option<Map<String, Value>>,
        next: Transition,
    ) {
        answer.insert("status".to_owned(), status.into());
        answer.insert("output".to_owned(), output.to_string().into());
        if let Transition::Next(next) = next {
            let name = &*self.thread.machine.state(next).name;
            answer.insert("nextState".to_owned(), name.into());
        }
        if assigned.is_some() || !self.request.variables.is_empty() {
            let mut variables = self.request.variables.clone();
            variables.extend(assigned.unwrap_or_default());
            self.inspect("variables", &Value::Object(variables));
        }
    }

    fn failed(&mut self, answer: &mut Map<String, Value>, failure: Failure) {
        let state = self.thread.state(&self.visit).clone();
        let (retriers, catchers) = run::handlers(&state);
        if let Some(index) = retriers.iter().position(|retrier| failure.is_among(&retrier.errors)) {
            let mut retries = vec![0; retriers.len()];
            retries[index] = self.retries();
            if let Some(delay) = retry::next_delay(retriers, &failure, &mut retries, u64::MAX) {
                let details = json!({"retryIndex": index, "retryBackoffIntervalSeconds": delay.as_secs()});
                self.inspected.insert("errorDetails".to_owned(), details);
                return put_failure(answer, "RETRIABLE", failure.named(), failure.cause);
            }
        }
        let caught = catchers.iter().position(|catcher| failure.is_among(&catcher.errors));
        let flow = catch::handle(catchers, &failure, &self.scope());
        let flow = flow.map(|flow| flow.and_then(|flow| self.within_limits(flow)));
        match (caught, flow) {
            (Some(index), Some(Ok(Flow::Leave { output, assigned, next }))) => {
                self.inspected.insert("errorDetails".to_owned(), json!({"catchIndex": index}));
                put_failure(answer, "CAUGHT_ERROR", failure.named(), failure.cause);
                self.left(answer, "CAUGHT_ERROR", &output, assigned, next);
            }
            (_, Some(Err(failure))) => put_failure(answer, "FAILED", failure.named(), failure.cause),
            _ => put_failure(answer, "FAILED", failure.named(), failure.cause),
        }
    }
}

fn put_failure(answer: &mut Map<String, Value>, status: &str, error: Option<String>, cause: Option<String>) {
    answer.insert("status".to_owned(), status.into());
    for (key, text) in [("error", error), ("cause", cause)] {
        if let Some(text) = text {
            answer.insert(key.to_owned(), text.into());
        }
    }
}
