//! GetExecutionHistory.

use serde_json::Value;

use super::dispatch::{Answer, MAX_RESULTS, TOKEN, page_of};
use crate::api_error::ApiError;
use crate::arn::ExecutionArn;
use crate::page::Page;
use crate::request::{ARN, Fields, read};
use crate::service::Service;

/// The fields of an event's details that hold data of the execution.
const DATA_FIELDS: &[&str] = &["input", "inputDetails", "output", "outputDetails", "parameters"];

struct Request {
    arn: String,
    most: Option<u32>,
    reverse: bool,
    token: Option<String>,
    with_data: bool,
}

fn read_request(fields: &Fields<'_>) -> Result<Request, ApiError> {
    Ok(Request {
        arn: fields.required_text("executionArn", ARN)?,
        most: fields.integer("maxResults", 0, MAX_RESULTS)?,
        reverse: fields.flag("reverseOrder")?.unwrap_or(false),
        token: fields.text("nextToken", TOKEN)?,
        with_data: fields.flag("includeExecutionData")?.unwrap_or(true),
    })
}

impl Service {
    pub(super) async fn get_history(&self, body: &Value) -> Answer {
        let Request { arn, most, reverse, token, with_data } = read(body, read_request)?;
        let missing = || ApiError::no_execution(&arn);
        let child = self.child_at(&arn).await?;
        let ExecutionArn { machine, name } = self.owner().read_execution(&arn)?.ok_or_else(missing)?;
        let order = if reverse { "reverse" } else { "" };
        let page = Page::asked(most, token.as_deref(), &["GetExecutionHistory", &arn, order])?;
        let events = match child {
            None => self.runs().history(&machine, &name).await?,
            Some(child) => self.child_history(&child).await?,
        };
        let events = events.ok_or_else(missing)?;
        // A running execution's history grows at its end: from there, a place is the number of the event, and from
        // the beginning as well.
        let place = |event: &Value| event["id"].as_u64().unwrap_or(0);
        let is_after = |event: &Value| match page.after {
            None => true,
            Some(after) if reverse => place(event) < after,
            Some(after) => place(event) > after,
        };
        let mut list: Vec<_> = if reverse {
            events.into_iter().rev().filter(is_after).take(page.length as usize + 1).collect()
        } else {
            events.into_iter().filter(is_after).take(page.length as usize + 1).collect()
        };
        let next = page.cut(&mut list, place);
        if !with_data {
            list.iter_mut().for_each(strip);
        }
        Ok(page_of("events", list, next))
    }
}

/// Takes the execution's data out of an event.
fn strip(event: &mut Value) {
    let Some(event) = event.as_object_mut() else { return };
    for details in event.values_mut().filter_map(Value::as_object_mut) {
        details.retain(|key, _| !DATA_FIELDS.contains(&key.as_str()));
    }
}
