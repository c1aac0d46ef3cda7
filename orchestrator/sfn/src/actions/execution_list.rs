//! ListExecutions.
//!
//! Those of a state machine come from the engine, which knows their order and status. Those of a version or an alias come
//! from the registry, which knows what they were started with; the engine is asked for each.

use amends_engine::journal::Status;
use amends_types::Timestamp;
use serde_json::{Map, Value, json};

use super::children::ChildFilter;
use super::dispatch::{Answer, LONG_TOKEN, MAX_RESULTS, page_of, put, seconds};
use crate::api_error::ApiError;
use crate::page::Page;
use crate::registry::{StartedWith, Target};
use crate::request::{ARN, Fields, LONG_ARN, read};
use crate::service::Service;

/// The values of a filter, in the order in which AWS lists them.
const STATUSES: &[&str] = &["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];
/// How many executions one request looks at: a page may be short of what was asked for, and lead on.
const MAX_LOOKS: u32 = 2_000;

struct Request {
    machine: Option<String>,
    map_run: Option<String>,
    status: Option<String>,
    redrive: Option<String>,
    most: Option<u32>,
    token: Option<String>,
}

/// Which executions are listed.
#[derive(Clone, Copy)]
struct Filter {
    status: Option<Status>,
    is_redriven: Option<bool>,
}

impl Filter {
    fn takes(self, redrives: u32) -> bool {
        self.is_redriven.is_none_or(|is_redriven| is_redriven == (redrives > 0))
    }
}

/// One execution of a list.
struct Line {
    /// Its place in the list.
    place: u64,
    name: String,
    status: Status,
    started: Timestamp,
    stopped: Option<Timestamp>,
    redrives: u32,
    with: Option<StartedWith>,
}

fn read_request(fields: &Fields<'_>) -> Result<Request, ApiError> {
    Ok(Request {
        machine: fields.text("stateMachineArn", ARN)?,
        status: fields.choice("statusFilter", STATUSES)?,
        most: fields.integer("maxResults", 0, MAX_RESULTS)?,
        token: fields.text("nextToken", LONG_TOKEN)?,
        map_run: fields.text("mapRunArn", LONG_ARN)?,
        redrive: fields.choice("redriveFilter", &["REDRIVEN", "NOT_REDRIVEN"])?,
    })
}

impl Service {
    pub(super) async fn list_executions(&self, body: &Value) -> Answer {
        let request = read(body, read_request)?;
        let arn = match (&request.machine, &request.map_run) {
            (Some(arn), None) => arn,
            (None, Some(arn)) => return self.list_of_map_run(arn, &request).await,
            _ => {
                let message = "Exactly one of the stateMachineArn and the mapRunArn must be specified";
                return Err(ApiError::validation(message));
            }
        };
        let missing = || ApiError::no_machine(arn);
        let asked = self.owner().read_machine(arn)?.ok_or_else(missing)?;
        let target = self.registry().read(|db| Target::find(db, &asked))?.ok_or_else(missing)?;
        if target.machine.is_express {
            return Err(ApiError::wrong_type());
        }
        let (status, redrive) = (request.status.as_deref(), request.redrive.as_deref());
        let filters = ["ListExecutions", arn, status.unwrap_or(""), redrive.unwrap_or("")];
        let page = Page::asked(request.most, request.token.as_deref(), &filters)?;
        let Ok(status) = status.map(status_of).transpose() else {
            return Ok(page_of("executions", Vec::new(), None));
        };
        let filter = Filter { status, is_redriven: redrive.map(|redrive| redrive == "REDRIVEN") };
        let (list, next) = if target.version.is_none() && target.alias.is_none() {
            self.of_machine(&target, filter, &page).await?
        } else {
            self.of_qualified(&target, filter, &page).await?
        };
        let shown = list.into_iter().map(|line| self.show_line(&target.machine.name, line)).collect();
        Ok(page_of("executions", shown, next))
    }

    async fn list_of_map_run(&self, arn: &str, request: &Request) -> Answer {
        let found = self.find_map_run(arn).await?;
        let (status, redrive) = (request.status.as_deref(), request.redrive.as_deref());
        let filters = ["ListExecutions", arn, status.unwrap_or(""), redrive.unwrap_or("")];
        let page = Page::asked(request.most, request.token.as_deref(), &filters)?;
        let filter = ChildFilter { status, is_redriven: redrive.map(|redrive| redrive == "REDRIVEN") };
        let (list, next) = self.list_children(&found, filter, &page);
        Ok(page_of("executions", list, next))
    }

    async fn of_machine(
        &self,
        target: &Target,
        filter: Filter,
        page: &Page,
    ) -> Result<(Vec<Line>, Option<String>), ApiError> {
        let (machine, mut before, mut looks) = (&target.machine, page.after, 0);
        let mut list = Vec::new();
        loop {
            let wanted = page.length as usize + 1 - list.len();
            let found = self.runs().list(&machine.name, filter.status, before, wanted).await?;
            (looks, before) = (looks + found.len(), found.last().map(|last| last.number));
            let is_end = found.len() < wanted;
            self.registry().read(|db| {
                for line in found {
                    let with = StartedWith::find(db, &machine.name, &line.name)?;
                    // A deleted state machine of this name may have had executions.
                    let is_its_own = with.as_ref().is_none_or(|with| with.machine == machine.id);
                    if is_its_own && filter.takes(line.redrives) {
                        let (name, place, redrives) = (line.name.to_string(), line.number, line.redrives);
                        let (status, started, stopped) = (line.status, line.started, line.stopped);
                        list.push(Line { place, name, status, started, stopped, redrives, with });
                    }
                }
                Ok(())
            })?;
            if is_end || list.len() > page.length as usize {
                let next = page.cut(&mut list, |line| line.place);
                return Ok((list, next));
            }
            if let Some(before) = before.filter(|_| looks >= MAX_LOOKS as usize) {
                return Ok((list, Some(page.token(before))));
            }
        }
    }

    async fn of_qualified(
        &self,
        target: &Target,
        filter: Filter,
        page: &Page,
    ) -> Result<(Vec<Line>, Option<String>), ApiError> {
        let (machine, mut list) = (&target.machine, Vec::new());
        let found = self.registry().read(|db| match (&target.version, &target.alias) {
            (Some(version), _) => {
                StartedWith::of_version(db, machine.id, version.number, page.after, MAX_LOOKS)
            }
            (None, Some(alias)) => StartedWith::of_alias(db, machine.id, &alias.name, page.after, MAX_LOOKS),
            (None, None) => Ok(Vec::new()),
        })?;
        let (is_all, last) =
            (found.len() < MAX_LOOKS as usize, found.last().map(|last| last.id.cast_unsigned()));
        for with in found {
            // Without the engine's it is a start that failed.
            let Some(there) = self.runs().describe(&machine.name, &with.name).await? else { continue };
            if filter.status.is_some_and(|status| status != there.status) || !filter.takes(there.redrives) {
                continue;
            }
            let (place, name) = (with.id.cast_unsigned(), there.name);
            let (status, started, stopped) = (there.status, there.started, there.stopped);
            let redrives = there.redrives;
            list.push(Line { place, name, status, started, stopped, redrives, with: Some(with) });
            if list.len() > page.length as usize {
                break;
            }
        }
        let next = page.cut(&mut list, |line| line.place);
        let next = next.or_else(|| last.filter(|_| !is_all).map(|last| page.token(last)));
        Ok((list, next))
    }

    fn show_line(&self, machine: &str, line: Line) -> Value {
        let mut shown = Map::new();
        shown.insert("executionArn".to_owned(), self.owner().execution(machine, &line.name).into());
        shown.insert("stateMachineArn".to_owned(), self.owner().machine(machine).into());
        shown.insert("name".to_owned(), line.name.into());
        shown.insert("status".to_owned(), line.status.as_str().into());
        shown.insert("startDate".to_owned(), json!(seconds(line.started)));
        put(&mut shown, "stopDate", line.stopped.map(seconds));
        shown.insert("redriveCount".to_owned(), json!(line.redrives));
        if let Some(with) = line.with {
            let version = with.version.map(|number| self.owner().version(machine, number));
            put(&mut shown, "stateMachineVersionArn", version);
            let alias = with.alias.map(|alias| self.owner().alias(machine, &alias));
            put(&mut shown, "stateMachineAliasArn", alias);
        }
        shown.into()
    }
}

/// The engine's status of this name; an error for one that no execution here has.
fn status_of(name: &str) -> Result<Status, ()> {
    let all = [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];
    all.into_iter().find(|status| status.as_str() == name).ok_or(())
}
