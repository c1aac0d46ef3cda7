//! TagResource, UntagResource, ListTagsForResource: of state machines and activities, not of versions and aliases.

use amends_sqlite::rusqlite::Connection;
use serde_json::{Value, json};

use super::dispatch::Answer;
use crate::api_error::ApiError;
use crate::arn::{MachineArn, Owner};
use crate::registry::{Activity, Machine, Registry};
use crate::request::{ARN, Length, read};
use crate::service::Service;
use crate::settings::read_tags;

impl Service {
    pub(super) async fn tag_resource(&self, body: &Value) -> Answer {
        let (arn, tags) = read(body, |fields| {
            let arn = fields.required_text("resourceArn", ARN)?;
            let tags = read_tags(fields)?;
            Ok((arn, fields.required("tags", tags)?))
        })?;
        let owner = self.owner().clone();
        let tag = move |db: &_| {
            require(db, &owner, &arn)?;
            Registry::tag(db, &arn, &tags)
        };
        self.registry().write(tag).await?;
        Ok(json!({}))
    }

    pub(super) async fn untag_resource(&self, body: &Value) -> Answer {
        let (arn, keys) = read(body, |fields| {
            let arn = fields.required_text("resourceArn", ARN)?;
            Ok((arn, fields.required_texts("tagKeys", Length { min: 1, max: 128 })?))
        })?;
        let owner = self.owner().clone();
        let untag = move |db: &_| {
            require(db, &owner, &arn)?;
            Registry::untag(db, &arn, &keys)
        };
        self.registry().write(untag).await?;
        Ok(json!({}))
    }

    pub(super) fn list_tags(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("resourceArn", ARN))?;
        let tags = self.registry().read(|db| {
            require(db, self.owner(), &arn)?;
            Registry::tags_of(db, &arn)
        })?;
        Ok(json!({ "tags": tags }))
    }
}

/// Refuses an ARN under which there is nothing that can have tags.
fn require(db: &Connection, owner: &Owner, arn: &str) -> Result<(), ApiError> {
    owner.check_taggable(arn)?;
    let is_there = if let Ok(activity) = owner.read_activity(arn) {
        activity.map(|name| Activity::named(db, &name)).transpose()?.flatten().is_some()
    } else {
        match owner.read_machine(arn)? {
            Some(MachineArn { name, qualifier: None }) => Machine::named(db, &name)?.is_some(),
            _ => false,
        }
    };
    if is_there { Ok(()) } else { Err(ApiError::not_found(arn)) }
}
