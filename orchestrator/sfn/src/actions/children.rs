//! Child executions of map runs: what DescribeExecution, GetExecutionHistory and ListExecutions say of them.
//!
//! Their ARNs have the name of the state machine and the label of the Map state where others have the name alone.

use amends_engine::history::{MapRun, MapRunChild};
use amends_engine::interp::Outcome;
use serde_json::{Map, Value, json};

use super::dispatch::{Answer, put, seconds};
use super::map_runs::FoundRun;
use crate::api_error::ApiError;
use crate::page::Page;
use crate::service::Service;

/// The status of a child execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildStatus {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
    /// It did not end well, and its map run has been redriven and has not come to it yet.
    PendingRedrive,
}

impl ChildStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
            Self::PendingRedrive => "PENDING_REDRIVE",
        }
    }
}

/// A child execution, its map run and the execution that all come from.
pub(super) struct FoundChild {
    pub(super) machine: String,
    pub(super) origin: String,
    pub(super) run: MapRun,
    /// Its place among the run's children.
    place: usize,
}

impl FoundChild {
    fn child(&self) -> &MapRunChild {
        &self.run.children[self.place]
    }

    /// The label of the Map state.
    pub(super) fn label(&self) -> &str {
        names(&self.run.arn).0.rsplit('/').next().unwrap_or_default()
    }
}

/// The last two parts of an ARN: the state machine's name with what follows it, and the name or id.
fn names(arn: &str) -> (&str, &str) {
    let mut parts = arn.rsplitn(3, ':');
    let name = parts.next().unwrap_or_default();
    (parts.next().unwrap_or_default(), name)
}

pub(super) fn status(run: &MapRun, child: &MapRunChild) -> ChildStatus {
    let Some((ended, outcome)) = &child.ended else { return ChildStatus::Running };
    let is_pending = run.ended.is_none() && run.redriven.is_some_and(|redriven| *ended < redriven);
    match outcome {
        Outcome::Succeeded { .. } => ChildStatus::Succeeded,
        _ if is_pending => ChildStatus::PendingRedrive,
        Outcome::Failed { .. } => ChildStatus::Failed,
        Outcome::Aborted { .. } => ChildStatus::Aborted,
        Outcome::TimedOut => ChildStatus::TimedOut,
    }
}

/// Which children are listed.
#[derive(Clone, Copy, Default)]
pub(super) struct ChildFilter<'a> {
    pub(super) status: Option<&'a str>,
    pub(super) is_redriven: Option<bool>,
}

fn show_outcome(answer: &mut Map<String, Value>, child: &MapRunChild) {
    match child.ended.as_ref().map(|(_, outcome)| outcome) {
        Some(Outcome::Succeeded { output }) => {
            answer.insert("output".to_owned(), output.to_string().into());
            answer.insert("outputDetails".to_owned(), json!({ "included": true }));
        }
        Some(Outcome::Failed { error, cause } | Outcome::Aborted { error, cause }) => {
            put(answer, "error", error.as_deref());
            put(answer, "cause", cause.as_deref());
        }
        Some(Outcome::TimedOut) | None => {}
    }
}

impl Service {
    /// The child execution with that ARN; `None` if it is not the ARN of a child.
    ///
    /// # Errors
    /// `InvalidArn`, `ExecutionDoesNotExist`.
    pub(super) async fn child_at(&self, arn: &str) -> Result<Option<FoundChild>, ApiError> {
        let Some(asked) = self.owner().read_execution(arn)? else { return Ok(None) };
        let Some(machine) = asked.parent_machine() else { return Ok(None) };
        for origin in self.runs().origins(machine, &asked.name).await? {
            for run in self.runs().map_runs(machine, &origin).await?.unwrap_or_default() {
                if let Some(place) = run.children.iter().position(|child| *child.arn == *arn) {
                    return Ok(Some(FoundChild { machine: machine.to_owned(), origin, run, place }));
                }
            }
        }
        Err(ApiError::no_execution(arn))
    }

    /// The ARN of the execution that a child comes from.
    pub(super) fn origin_arn(&self, found: &FoundChild) -> String {
        self.owner().execution(&found.machine, &found.origin)
    }

    /// The history of a child execution, as GetExecutionHistory shows it.
    ///
    /// # Errors
    /// `StateMachineTypeNotSupported` if it is Express.
    pub(super) async fn child_history(&self, found: &FoundChild) -> Result<Option<Vec<Value>>, ApiError> {
        if found.run.is_express {
            return Err(ApiError::wrong_type());
        }
        self.runs().child_history(&found.machine, &found.origin, &found.child().arn).await
    }

    /// StopExecution's answer. One that has ended already stays as it ended.
    pub(super) async fn stop_child(
        &self,
        found: &FoundChild,
        error: Option<String>,
        cause: Option<String>,
    ) -> Answer {
        let child = found.child();
        let stopped = match &child.ended {
            Some((at, _)) => Some(*at),
            None => {
                let origin = (found.machine.as_str(), found.origin.as_str());
                self.runs().stop_child(origin, &child.arn, error, cause).await?
            }
        };
        let stopped = stopped.ok_or_else(|| ApiError::no_execution(&child.arn))?;
        Ok(json!({ "stopDate": seconds(stopped) }))
    }

    /// DescribeExecution's answer.
    pub(super) fn describe_child(&self, found: &FoundChild, with_data: bool) -> Value {
        let child = found.child();
        let status = status(&found.run, child);
        let mut answer = self.show_child(&found.run, child);
        if with_data {
            answer.insert("input".to_owned(), child.input.to_string().into());
            answer.insert("inputDetails".to_owned(), json!({ "included": true }));
            show_outcome(&mut answer, child);
        }
        let reason = match status {
            ChildStatus::Running => Some("Execution is RUNNING and cannot be redriven"),
            ChildStatus::Succeeded => Some("Execution is SUCCEEDED and cannot be redriven"),
            _ => None,
        };
        let redrivable = if reason.is_some() { "NOT_REDRIVABLE" } else { "REDRIVABLE_BY_MAP_RUN" };
        answer.insert("redriveStatus".to_owned(), redrivable.into());
        put(&mut answer, "redriveStatusReason", reason);
        answer.into()
    }

    /// A page of the children of a map run, the newest first.
    pub(super) fn list_children(
        &self,
        found: &FoundRun,
        filter: ChildFilter<'_>,
        page: &Page,
    ) -> (Vec<Value>, Option<String>) {
        let run = &found.run;
        let is_listed = |child: &MapRunChild| {
            filter.status.is_none_or(|wanted| wanted == status(run, child).as_str())
                && filter.is_redriven.is_none_or(|wanted| wanted == (child.redrives > 0))
        };
        let newest_first = run.children.iter().enumerate().rev();
        let rest = newest_first.filter(|(place, _)| page.after.is_none_or(|after| (*place as u64) < after));
        let mut lines: Vec<_> =
            rest.filter(|(_, child)| is_listed(child)).take(page.length as usize + 1).collect();
        let next = page.cut(&mut lines, |(place, _)| *place as u64);
        let show = |child: &MapRunChild| {
            let mut line = self.show_child(run, child);
            line.insert("itemCount".to_owned(), json!(run.items.get(child.index).copied().unwrap_or(1)));
            Value::from(line)
        };
        (lines.into_iter().map(|(_, child)| show(child)).collect(), next)
    }

    /// What is said of a child wherever it is shown.
    fn show_child(&self, run: &MapRun, child: &MapRunChild) -> Map<String, Value> {
        let (machine, name) = names(&child.arn);
        let mut shown = Map::new();
        shown.insert("executionArn".to_owned(), (*child.arn).into());
        shown.insert("stateMachineArn".to_owned(), self.owner().machine(machine).into());
        shown.insert("name".to_owned(), name.into());
        shown.insert("status".to_owned(), status(run, child).as_str().into());
        shown.insert("startDate".to_owned(), json!(seconds(child.started)));
        put(&mut shown, "stopDate", child.ended.as_ref().map(|(at, _)| seconds(*at)));
        shown.insert("mapRunArn".to_owned(), (*run.arn).into());
        shown.insert("redriveCount".to_owned(), json!(child.redrives));
        put(&mut shown, "redriveDate", child.redriven.map(seconds));
        shown
    }
}
