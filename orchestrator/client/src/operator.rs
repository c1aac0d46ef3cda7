//! What operators ask for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::segment;
use crate::{Client, Error, Money, Status};

/// An order that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkItem {
    /// The order.
    pub order_id: String,
    /// Where it stands.
    pub status: Status,
    /// Why it was undone.
    pub reason: Option<String>,
    /// When it got its verdict.
    pub ended: Option<String>,
    /// What it costs.
    pub total: Option<Money>,
    /// What could not be undone, or delivered.
    pub parked: Vec<ParkedStep>,
}

/// A step that could not be undone, or delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedStep {
    /// The step's name.
    pub step: String,
    /// Whether the verdict does not depend on it.
    pub best_effort: bool,
    /// `yes` if the effect is there, `maybe` if that is not known.
    pub held: String,
    /// The provider's ids.
    pub objects: BTreeMap<String, String>,
    /// What the step reported.
    pub output: Option<Value>,
    /// Why it is parked.
    pub reason: String,
    /// What it has in common with others.
    pub error_class: String,
    /// How often it was tried to do it.
    pub attempts: u32,
    /// How often it was tried to undo it.
    pub undo_attempts: u32,
    /// Since when it is parked.
    pub since: Option<String>,
}

/// A page of work items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedPage {
    /// The items.
    pub items: Vec<WorkItem>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// What a bulk retry began, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRetry {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The orders.
    pub orders: Vec<String>,
    /// Those that somebody else was faster with.
    pub skipped: Vec<String>,
}

/// What was pruned, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// How many.
    pub pruned: u64,
    /// How many are old enough and stay.
    pub kept: u64,
}

/// What was erased, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// How many orders.
    pub erased: u64,
    /// Orders that still need it.
    pub kept: Vec<String>,
}

/// A decision, as it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number.
    pub seq: u64,
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// About which order.
    pub order_id: Option<String>,
    /// About which step.
    pub step: Option<String>,
    /// Why.
    pub why: String,
    /// What else belongs to it.
    pub detail: Value,
}

/// A page of the log of decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries, oldest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins.
    pub next: Option<u64>,
}

#[derive(Deserialize)]
struct Done {
    done: String,
}

impl Client {
    /// A page of what waits for a person.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Unavailable`]; and so for all of these.
    pub async fn parked(&self, class: Option<&str>, cursor: Option<&str>) -> Result<ParkedPage, Error> {
        let class = class.map(|class| ("error_class", class));
        let query: Vec<_> = class.into_iter().chain(cursor.map(|cursor| ("cursor", cursor))).collect();
        self.get("parked", &query).await
    }

    /// One work item.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing of the order is parked.
    pub async fn work_item(&self, order_id: &str) -> Result<WorkItem, Error> {
        self.get(&format!("parked/{}", segment(order_id)), &[]).await
    }

    /// Has what is parked undone once more; answers the execution that does it, if one does.
    ///
    /// # Errors
    /// [`Error::Refused`] when nothing is parked or a repair is under way.
    pub async fn retry(
        &self,
        order_id: &str,
        step: Option<&str>,
        why: &str,
    ) -> Result<Option<String>, Error> {
        #[derive(Deserialize)]
        struct Begun {
            execution: Option<String>,
        }
        let path = format!("parked/{}/retry", segment(order_id));
        let begun: Begun = self.post(&path, &json!({ "step": step, "why": why })).await?;
        Ok(begun.execution)
    }

    /// Has everything of an error class undone once more.
    ///
    /// # Errors
    /// As all of these.
    pub async fn retry_class(&self, class: &str, dry_run: bool, why: &str) -> Result<BulkRetry, Error> {
        let body = json!({ "error_class": class, "dry_run": dry_run, "why": why });
        self.post("parked/retry", &body).await
    }

    /// Records that a parked effect was undone outside; answers where the order stands.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is not parked or a repair is under way.
    pub async fn resolve(
        &self,
        order_id: &str,
        step: &str,
        reference: Option<&str>,
        why: &str,
    ) -> Result<Status, Error> {
        self.decide(order_id, step, "resolve", &json!({ "reference": reference, "why": why })).await
    }

    /// Accepts a parked effect as it is; answers where the order stands.
    ///
    /// # Errors
    /// As [`Client::resolve`].
    pub async fn accept(&self, order_id: &str, step: &str, why: &str) -> Result<Status, Error> {
        self.decide(order_id, step, "accept", &json!({ "why": why })).await
    }

    async fn decide(&self, order_id: &str, step: &str, how: &str, body: &Value) -> Result<Status, Error> {
        #[derive(Deserialize)]
        struct Decided {
            status: Status,
        }
        let path = format!("parked/{}/{}/{how}", segment(order_id), segment(step));
        let decided: Decided = self.post(&path, body).await?;
        Ok(decided.status)
    }

    /// Stops the execution of an order; says which.
    ///
    /// # Errors
    /// [`Error::Refused`] when none runs.
    pub async fn stop(&self, order_id: &str, why: &str) -> Result<String, Error> {
        let path = format!("orders/{}/stop", segment(order_id));
        let done: Done = self.post(&path, &json!({ "why": why })).await?;
        Ok(done.done)
    }

    /// Makes the service take no more orders and end when those under way have ended.
    ///
    /// # Errors
    /// As all of these.
    pub async fn drain(&self, why: &str) -> Result<String, Error> {
        let done: Done = self.post("drain", &json!({ "why": why })).await?;
        Ok(done.done)
    }

    /// Replaces orders that ended long ago by stubs.
    ///
    /// # Errors
    /// As all of these.
    pub async fn prune(&self, older_than_days: u32, dry_run: bool, why: &str) -> Result<Pruned, Error> {
        let body = json!({ "older_than_days": older_than_days, "dry_run": dry_run, "why": why });
        self.post("prune", &body).await
    }

    /// Erases what is personal of a customer.
    ///
    /// # Errors
    /// As all of these.
    pub async fn erase(&self, customer_id: &str, dry_run: bool, why: &str) -> Result<Erased, Error> {
        let body = json!({ "customer_id": customer_id, "dry_run": dry_run, "why": why });
        self.post("erase", &body).await
    }

    /// A page of the log of decisions.
    ///
    /// # Errors
    /// As all of these.
    pub async fn audit_log(&self, order_id: Option<&str>, after: u64) -> Result<AuditPage, Error> {
        let after = after.to_string();
        let mut query = vec![("after", after.as_str())];
        query.extend(order_id.map(|order_id| ("order_id", order_id)));
        self.get("audit-log", &query).await
    }
}
