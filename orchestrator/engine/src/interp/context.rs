//! The context object, `$$`, as a state sees it.

use std::borrow::Cow;
use std::sync::Arc;

use amends_asl::{Chance, ContextObject, Environment, State};
use amends_types::Timestamp;
use serde_json::{Value, json};

use super::identity::Identity;
use super::visit::Visit;

/// What a state's paths can refer to.
pub(super) struct Scope<'a> {
    pub(super) identity: &'a Identity,
    pub(super) execution_input: &'a Arc<Value>,
    pub(super) started_at: Timestamp,
    pub(super) state: &'a State,
    pub(super) visit: &'a Visit,
    /// When the path is evaluated.
    pub(super) now: Timestamp,
    /// The same whenever this visit is looked at for this time, so that a task invoked again is given the same.
    pub(super) chance: Chance,
}

impl Scope<'_> {
    /// Only Task states count their retries.
    fn retry_count(&self) -> Option<u32> {
        matches!(self.state.kind, amends_asl::StateKind::Task(_)).then(|| self.visit.retry_count())
    }
}

/// Variables are refused when a state that sets any is entered (`unsupported.rs`), so there are none.
impl Environment for Scope<'_> {
    fn variable(&self, _: &str) -> Option<&Value> {
        None
    }

    fn random(&self) -> u64 {
        self.chance.next()
    }

    fn now_millis(&self) -> i64 {
        self.now.as_micros() / 1_000
    }
}

impl ContextObject for Scope<'_> {
    fn field(&self, section: &str, field: &str) -> Option<Cow<'_, Value>> {
        let text = |text: &str| Some(Cow::Owned(Value::String(text.to_owned())));
        match (section, field) {
            ("Execution", "Id") => text(&self.identity.execution_arn),
            ("Execution", "Name") => text(&self.identity.execution_name),
            ("Execution", "RoleArn") => text(&self.identity.role_arn),
            ("Execution", "StartTime") => text(&self.started_at.to_string()),
            ("Execution", "Input") => Some(Cow::Borrowed(self.execution_input)),
            ("Execution", "RedriveCount") => Some(Cow::Owned(Value::from(0))),
            ("StateMachine", "Id") => text(&self.identity.machine_arn),
            ("StateMachine", "Name") => text(&self.identity.machine_name),
            ("State", "Name") => text(&self.state.name),
            ("State", "EnteredTime") => text(&self.visit.entered_at.to_string()),
            ("State", "RetryCount") => self.retry_count().map(|count| Cow::Owned(Value::from(count))),
            _ => None,
        }
    }

    fn whole(&self) -> Value {
        let mut state = json!({
            "Name": &*self.state.name,
            "EnteredTime": self.visit.entered_at.to_string(),
        });
        if let Some(count) = self.retry_count() {
            state["RetryCount"] = Value::from(count);
        }
        json!({
            "Execution": {
                "Id": &*self.identity.execution_arn,
                "Input": &**self.execution_input,
                "Name": &*self.identity.execution_name,
                "RedriveCount": 0,
                "RoleArn": &*self.identity.role_arn,
                "StartTime": self.started_at.to_string(),
            },
            "State": state,
            "StateMachine": {
                "Id": &*self.identity.machine_arn,
                "Name": &*self.identity.machine_name,
            },
        })
    }
}
