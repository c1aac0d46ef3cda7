//! CreateActivity, DescribeActivity, ListActivities, DeleteActivity, GetActivityTask.

use std::time::Duration;

use serde_json::{Value, json};

use super::dispatch::{Answer, MAX_RESULTS, TOKEN, page_of, seconds};
use crate::api_error::ApiError;
use crate::name;
use crate::page::Page;
use crate::registry::Activity;
use crate::request::{ARN, NAME, read};
use crate::service::Service;
use crate::settings::{read_encryption, read_tags};

/// How long a worker waits for a task (API reference of GetActivityTask).
const LONG_POLL: Duration = Duration::from_secs(60);

impl Service {
    pub(super) async fn create_activity(&self, body: &Value) -> Answer {
        let (name, tags, encryption) = read(body, |fields| {
            let name = fields.required_text("name", NAME)?;
            let tags = read_tags(fields)?.unwrap_or_default();
            Ok((name, tags, read_encryption(fields)?.unwrap_or_default()))
        })?;
        name::check(&name)?;
        encryption.check()?;
        let (arn, now) = (self.owner().activity(&name), self.now());
        let create = {
            let arn = arn.clone();
            move |db: &_| Activity::create(db, &name, &arn, &encryption, &tags, now)
        };
        let created = self.registry().write(create).await?;
        Ok(json!({"activityArn": arn, "creationDate": seconds(created)}))
    }

    pub(super) fn describe_activity(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("activityArn", ARN))?;
        let activity = self.activity(&arn)?;
        Ok(json!({
            "activityArn": arn,
            "name": activity.name,
            "creationDate": seconds(activity.created),
            "encryptionConfiguration": activity.encryption,
        }))
    }

    pub(super) fn list_activities(&self, body: &Value) -> Answer {
        let (most, token) = read(body, |fields| {
            Ok((fields.integer("maxResults", 0, MAX_RESULTS)?, fields.text("nextToken", TOKEN)?))
        })?;
        let page = Page::asked(most, token.as_deref(), &["ListActivities"])?;
        let mut list =
            self.registry().read(|db| Activity::list(db, page.after.unwrap_or(0), page.length + 1))?;
        let next = page.cut(&mut list, |activity| activity.id.cast_unsigned());
        let shown = list.iter().map(|activity| {
            json!({
                "activityArn": self.owner().activity(&activity.name),
                "name": activity.name,
                "creationDate": seconds(activity.created),
            })
        });
        Ok(page_of("activities", shown.collect(), next))
    }

    pub(super) async fn delete_activity(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("activityArn", ARN))?;
        let Some(name) = self.owner().read_activity(&arn)? else { return Ok(json!({})) };
        self.registry().write(move |db| Activity::delete(db, &name, &arn)).await?;
        Ok(json!({}))
    }

    /// Answers when there is a task, or without one after a minute.
    pub(super) async fn get_activity_task(&self, body: &Value) -> Answer {
        let (arn, worker) = read(body, |fields| {
            let arn = fields.required_text("activityArn", ARN)?;
            Ok((arn, fields.text("workerName", NAME)?))
        })?;
        self.activity(&arn)?;
        match tokio::time::timeout(LONG_POLL, self.runs().poll(&arn, worker)).await {
            Ok(task) => task.map(|task| json!({"taskToken": task.token, "input": task.input.to_string()})),
            Err(_) => Ok(json!({})),
        }
    }

    /// Whether there is an activity with this ARN.
    pub(crate) fn has_activity(&self, arn: &str) -> Result<bool, ApiError> {
        let Ok(Some(name)) = self.owner().read_activity(arn) else { return Ok(false) };
        Ok(self.registry().read(|db| Activity::named(db, &name))?.is_some())
    }

    fn activity(&self, arn: &str) -> Result<Activity, ApiError> {
        let missing = || ApiError::no_activity(arn);
        let name = self.owner().read_activity(arn)?.ok_or_else(missing)?;
        self.registry().read(|db| Activity::named(db, &name))?.ok_or_else(missing)
    }
}
