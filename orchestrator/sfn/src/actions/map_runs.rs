//! DescribeMapRun, ListMapRuns, UpdateMapRun.

use amends_engine::history::{MapRun, MapRunEnd};
use amends_engine::interp::MapRunUpdate;
use serde_json::{Map, Value, json};

use super::children::{self, ChildStatus};
use super::dispatch::{Answer, MAX_RESULTS, TOKEN, page_of, put, seconds};
use crate::api_error::ApiError;
use crate::arn::MapRunArn;
use crate::page::Page;
use crate::request::{ARN, LONG_ARN, read};
use crate::service::Service;

/// A map run, and the execution that it comes from.
pub(super) struct FoundRun {
    pub(super) machine: String,
    pub(super) origin: String,
    pub(super) run: MapRun,
}

impl Service {
    pub(super) async fn describe_map_run(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("mapRunArn", LONG_ARN))?;
        Ok(show(&self.find_map_run(&arn).await?.run))
    }

    pub(super) async fn list_map_runs(&self, body: &Value) -> Answer {
        let (arn, most, token) = read(body, |fields| {
            let arn = fields.required_text("executionArn", ARN)?;
            Ok((arn, fields.integer("maxResults", 0, MAX_RESULTS)?, fields.text("nextToken", TOKEN)?))
        })?;
        let missing = || ApiError::no_execution(&arn);
        let (machine, origin) = match self.child_at(&arn).await? {
            Some(child) => (child.machine, child.origin),
            None => {
                let asked = self.owner().read_execution(&arn)?.ok_or_else(missing)?;
                (asked.machine, asked.name)
            }
        };
        let runs = self.runs().map_runs(&machine, &origin).await?.ok_or_else(missing)?;
        let page = Page::asked(most, token.as_deref(), &["ListMapRuns", &arn])?;
        let own = runs.iter().enumerate().filter(|(_, run)| *run.execution_arn == *arn).rev();
        let is_after = |place: u64| page.after.is_none_or(|after| place < after);
        let lines = own.map(|(place, run)| (place as u64, run)).filter(|(place, _)| is_after(*place));
        let mut lines: Vec<_> = lines.take(page.length as usize + 1).collect();
        let next = page.cut(&mut lines, |(place, _)| *place);
        let shown = lines.into_iter().map(|(_, run)| self.show_run_line(&machine, run)).collect();
        Ok(page_of("mapRuns", shown, next))
    }

    pub(super) async fn update_map_run(&self, body: &Value) -> Answer {
        let (arn, update) = read(body, |fields| {
            let max_concurrency = fields.integer("maxConcurrency", 0, u32::MAX)?;
            let percentage = fields.number("toleratedFailurePercentage", 0.0, 100.0)?;
            let count = fields.number("toleratedFailureCount", 0.0, f64::MAX)?;
            let update = MapRunUpdate {
                max_concurrency,
                tolerated_failure_count: count.map(|count| count as u64),
                tolerated_failure_percentage: percentage,
            };
            Ok((fields.required_text("mapRunArn", LONG_ARN)?, update))
        })?;
        let FoundRun { machine, origin, run } = self.find_map_run(&arn).await?;
        if run.ended.is_some() || !self.runs().update_map_run(&machine, &origin, &arn, update).await? {
            return Err(ApiError::validation("Map Run is not running and cannot be updated"));
        }
        Ok(json!({}))
    }

    /// A map run by its ARN.
    ///
    /// # Errors
    /// `InvalidArn`, `ResourceNotFound`.
    pub(super) async fn find_map_run(&self, arn: &str) -> Result<FoundRun, ApiError> {
        let missing = || ApiError::not_found(arn);
        let MapRunArn { machine, id } = self.owner().read_map_run(arn)?.ok_or_else(missing)?;
        for origin in self.runs().origins(&machine, &id).await? {
            let runs = self.runs().map_runs(&machine, &origin).await?.unwrap_or_default();
            if let Some(run) = runs.into_iter().find(|run| *run.arn == *arn) {
                return Ok(FoundRun { machine, origin, run });
            }
        }
        Err(missing())
    }

    fn show_run_line(&self, machine: &str, run: &MapRun) -> Value {
        let mut shown = Map::new();
        shown.insert("executionArn".to_owned(), (*run.execution_arn).into());
        shown.insert("mapRunArn".to_owned(), (*run.arn).into());
        shown.insert("stateMachineArn".to_owned(), self.owner().machine(machine).into());
        shown.insert("startDate".to_owned(), json!(seconds(run.started)));
        put(&mut shown, "stopDate", run.ended.map(|(at, _)| seconds(at)));
        shown.into()
    }
}

fn show(run: &MapRun) -> Value {
    let status = match run.ended {
        None => "RUNNING",
        Some((_, MapRunEnd::Succeeded)) => "SUCCEEDED",
        Some((_, MapRunEnd::Failed)) => "FAILED",
        Some((_, MapRunEnd::Aborted)) => "ABORTED",
    };
    let mut shown = Map::new();
    shown.insert("mapRunArn".to_owned(), (*run.arn).into());
    shown.insert("executionArn".to_owned(), (*run.execution_arn).into());
    shown.insert("status".to_owned(), status.into());
    shown.insert("startDate".to_owned(), json!(seconds(run.started)));
    put(&mut shown, "stopDate", run.ended.map(|(at, _)| seconds(at)));
    shown.insert("maxConcurrency".to_owned(), json!(run.limits.max_concurrency));
    shown.insert("toleratedFailurePercentage".to_owned(), json!(run.limits.tolerated_failure_percentage));
    shown.insert("toleratedFailureCount".to_owned(), json!(run.limits.tolerated_failure_count));
    shown.insert("itemCounts".to_owned(), counts(run, |items| items));
    shown.insert("executionCounts".to_owned(), counts(run, |_| 1));
    shown.insert("redriveCount".to_owned(), json!(run.redrives));
    put(&mut shown, "redriveDate", run.redriven.map(seconds));
    shown.into()
}

/// Counts children by their status, each as much as `weight` says of the number of its items.
fn counts(run: &MapRun, weight: impl Fn(u64) -> u64) -> Value {
    let total: u64 = run.items.iter().map(|items| weight(*items)).sum();
    let of = |is_it: &dyn Fn(ChildStatus) -> bool| -> u64 {
        let counted = run.children.iter().filter(|child| is_it(children::status(run, child)));
        counted.map(|child| weight(run.items.get(child.index).copied().unwrap_or(1))).sum()
    };
    let begun = of(&|_| true);
    json!({
        "pending": total.saturating_sub(begun),
        "running": of(&|status| status == ChildStatus::Running),
        "succeeded": of(&|status| status == ChildStatus::Succeeded),
        "failed": of(&|status| status == ChildStatus::Failed),
        "timedOut": of(&|status| status == ChildStatus::TimedOut),
        "aborted": of(&|status| status == ChildStatus::Aborted),
        "total": total,
        "resultsWritten": 0,
        "failuresNotRedrivable": 0,
        "pendingRedrive": of(&|status| status == ChildStatus::PendingRedrive),
    })
}
