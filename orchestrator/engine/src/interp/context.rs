//! The context object, `$$`, and what else a state's fields can refer to.

use std::borrow::Cow;

use amends_asl::{Chance, ContextObject, Environment, Integration, Pattern, State, StateKind, Variables};
use amends_types::Timestamp;
use serde_json::{Value, json};

use super::frame::Frame;
use super::occurrence::TaskId;
use super::thread::Item;
use super::token::TaskToken;
use super::visit::Visit;

/// What a state's fields can refer to.
pub(super) struct Scope<'a> {
    pub(super) frame: &'a Frame,
    pub(super) state: &'a State,
    pub(super) visit: &'a Visit,
    pub(super) variables: &'a Variables,
    pub(super) item: Option<&'a Item>,
    /// When the field is evaluated.
    pub(super) now: Timestamp,
    /// The same whenever this visit is looked at for this time, so that a task invoked again is given the same.
    pub(super) chance: Chance,
    /// The attempt that is begun, and its secret.
    pub(super) token: Option<(TaskId, u64)>,
    /// What a test says that the context object is.
    pub(super) given: Option<&'a Value>,
}

impl Scope<'_> {
    /// Of an item of the Map state that is visited.
    pub(super) fn with_item<'a>(&'a self, item: &'a Item) -> Scope<'a> {
        let seed = self.chance.next();
        Scope { item: Some(item), chance: Chance::new(seed), ..*self }
    }

    /// Only Task states count their retries.
    fn retry_count(&self) -> Option<u32> {
        matches!(self.state.kind, StateKind::Task(_)).then(|| self.visit.retry_count())
    }

    /// The whole context object has a token only where Step Functions gives one out.
    fn waits_for_token(&self) -> bool {
        let StateKind::Task(task) = &self.state.kind else { return false };
        match &task.resource.integration {
            Integration::Service { pattern, .. } => *pattern != Pattern::RequestResponse,
            Integration::Activity => true,
            Integration::LambdaFunction => false,
        }
    }

    fn token(&self) -> Option<String> {
        let (task, secret) = self.token?;
        let execution_arn = self.frame.token_arn.to_string();
        Some(TaskToken { execution_arn, task, secret }.to_string())
    }

    fn item(&self) -> Option<Value> {
        self.item.map(|item| json!({"Index": item.index, "Value": &*item.value}))
    }
}

impl Environment for Scope<'_> {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
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
        if (section, field) == ("Map", "Item") && self.item.is_some() {
            return self.item().map(Cow::Owned);
        }
        if let Some(given) = self.given {
            return given.get(section)?.get(field).map(Cow::Borrowed);
        }
        let identity = &self.frame.identity;
        let text = |text: &str| Some(Cow::Owned(Value::String(text.to_owned())));
        match (section, field) {
            ("Execution", "Id") => text(&identity.execution_arn),
            ("Execution", "Name") => text(&identity.execution_name),
            ("Execution", "RoleArn") => text(&identity.role_arn),
            ("Execution", "StartTime") => text(&self.frame.started_at.to_string()),
            ("Execution", "Input") => Some(Cow::Borrowed(&self.frame.input)),
            ("Execution", "RedriveCount") => Some(Cow::Owned(Value::from(self.frame.redrives))),
            ("Execution", "RedriveTime") => self.frame.redriven_at.and_then(|at| text(&at.to_string())),
            ("StateMachine", "Id") => text(&identity.machine_arn),
            ("StateMachine", "Name") => text(&identity.machine_name),
            ("State", "Name") => text(&self.state.name),
            ("State", "EnteredTime") => text(&self.visit.entered_at.to_string()),
            ("State", "RetryCount") => self.retry_count().map(|count| Cow::Owned(Value::from(count))),
            ("Task", "Token") => self.token().map(|token| Cow::Owned(Value::String(token))),
            _ => None,
        }
    }

    fn whole(&self) -> Value {
        if let Some(given) = self.given {
            let mut context = given.clone();
            if let Some(item) = self.item() {
                context["Map"] = json!({"Item": item});
            }
            return context;
        }
        let identity = &self.frame.identity;
        let mut state = json!({
            "Name": &*self.state.name,
            "EnteredTime": self.visit.entered_at.to_string(),
        });
        if let Some(count) = self.retry_count() {
            state["RetryCount"] = Value::from(count);
        }
        let mut context = json!({
            "Execution": {
                "Id": &*identity.execution_arn,
                "Input": &*self.frame.input,
                "Name": &*identity.execution_name,
                "RedriveCount": self.frame.redrives,
                "RoleArn": &*identity.role_arn,
                "StartTime": self.frame.started_at.to_string(),
            },
            "State": state,
            "StateMachine": {
                "Id": &*identity.machine_arn,
                "Name": &*identity.machine_name,
            },
        });
        if let Some(at) = self.frame.redriven_at {
            context["Execution"]["RedriveTime"] = Value::from(at.to_string());
        }
        if let Some(item) = self.item() {
            context["Map"] = json!({"Item": item});
        }
        if let Some(token) = self.token().filter(|_| self.waits_for_token()) {
            context["Task"] = json!({"Token": token});
        }
        context
    }
}
