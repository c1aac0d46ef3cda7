//! PublishStateMachineVersion, ListStateMachineVersions, DeleteStateMachineVersion.

use serde_json::{Value, json};

use super::dispatch::{Answer, MAX_RESULTS, TOKEN, page_of, seconds};
use crate::api_error::{ApiError, ErrorCode};
use crate::arn::{MachineArn, Qualifier};
use crate::page::Page;
use crate::registry::{Machine, Version};
use crate::request::{ANY, ARN, LONG_ARN, TEXT, read};
use crate::service::Service;

impl Service {
    pub(super) async fn publish_version(&self, body: &Value) -> Answer {
        let (arn, revision, description) = read(body, |fields| {
            let arn = fields.required_text("stateMachineArn", ARN)?;
            Ok((arn, fields.text("revisionId", ANY)?, fields.text("description", TEXT)?))
        })?;
        let (name, now) = (self.unqualified(&arn)?, self.now());
        let published = self.registry().write(move |db| {
            let machine = Machine::named(db, &name)?.ok_or_else(|| ApiError::no_machine(&arn))?;
            let published = Version::publish_current(db, &machine, revision.as_deref(), description, now)?;
            Ok((published, arn))
        });
        let (published, arn) = published.await?;
        Ok(json!({
            "creationDate": seconds(published.created),
            "stateMachineVersionArn": format!("{arn}:{}", published.number),
        }))
    }

    pub(super) fn list_versions(&self, body: &Value) -> Answer {
        let (arn, token, most) = read(body, |fields| {
            let arn = fields.required_text("stateMachineArn", ARN)?;
            Ok((arn, fields.text("nextToken", TOKEN)?, fields.integer("maxResults", 0, MAX_RESULTS)?))
        })?;
        let asked = self.owner().read_machine(&arn)?;
        let page = Page::asked(most, token.as_deref(), &["ListStateMachineVersions", &arn])?;
        let mut list = match asked {
            Some(MachineArn { name, qualifier: None }) => {
                self.registry().read(|db| match Machine::named(db, &name)? {
                    Some(machine) => Version::list(db, machine.id, page.after, page.length + 1),
                    None => Ok(Vec::new()),
                })?
            }
            _ => Vec::new(),
        };
        let next = page.cut(&mut list, |version| u64::from(version.number));
        let shown = list.iter().map(|version| {
            json!({
                "stateMachineVersionArn": format!("{arn}:{}", version.number),
                "creationDate": seconds(version.created),
            })
        });
        Ok(page_of("stateMachineVersions", shown.collect(), next))
    }

    pub(super) async fn delete_version(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("stateMachineVersionArn", LONG_ARN))?;
        let Some(MachineArn { name, qualifier }) = self.owner().read_machine(&arn)? else {
            return Ok(json!({}));
        };
        let Some(Qualifier::Version(number)) = qualifier else {
            return Err(ApiError::new(ErrorCode::InvalidArn, format!("Invalid Arn: '{arn}'")));
        };
        let delete = move |db: &_| match Machine::named(db, &name)? {
            Some(machine) => Version::delete(db, machine.id, number),
            None => Ok(()),
        };
        self.registry().write(delete).await?;
        Ok(json!({}))
    }
}
