//! CreateStateMachine, DescribeStateMachine, ListStateMachines, DeleteStateMachine.

use serde_json::{Map, Value, json};

use super::definition::{INCLUDED, TYPES, check_settings, show_settings};
use super::dispatch::{Answer, DEFINITION, MAX_RESULTS, TOKEN, page_of, put, seconds};
use crate::api_error::ApiError;
use crate::arn::{MachineArn, Qualifier};
use crate::name;
use crate::page::Page;
use crate::registry::{Machine, NewMachine, Revision, Settings, Target};
use crate::request::{ARN, Fields, NAME, TEXT, read};
use crate::service::Service;
use crate::settings::{read_encryption, read_logging, read_tags, read_tracing};

impl Service {
    pub(super) async fn create_state_machine(&self, body: &Value) -> Answer {
        let new = read(body, |fields| self.read_new_machine(fields))?;
        name::check(&new.name)?;
        check_description(new.publish, new.description.as_deref())?;
        check_settings(&new.settings, new.is_express)?;
        let (arn, machine) = (new.arn.clone(), new.name.clone());
        let created = self.registry().write(move |db| new.create(db)).await?;
        let mut answer = Map::new();
        answer.insert("stateMachineArn".to_owned(), arn.into());
        answer.insert("creationDate".to_owned(), json!(seconds(created.created)));
        let version = created.version.map(|number| self.owner().version(&machine, number));
        put(&mut answer, "stateMachineVersionArn", version);
        Ok(answer.into())
    }

    fn read_new_machine(&self, fields: &Fields<'_>) -> Result<NewMachine, ApiError> {
        let name = fields.required_text("name", NAME)?;
        let definition = fields.required_text("definition", DEFINITION)?;
        let role_arn = fields.required_text("roleArn", ARN)?;
        let is_express = fields.choice("type", TYPES)?.as_deref() == Some("EXPRESS");
        let logging = read_logging(fields)?.unwrap_or_default();
        let tags = read_tags(fields)?.unwrap_or_default();
        let tracing = read_tracing(fields)?.unwrap_or_default();
        let publish = fields.flag("publish")?.unwrap_or_default();
        let description = fields.text("versionDescription", TEXT)?;
        let encryption = read_encryption(fields)?.unwrap_or_default();
        let settings = Settings { definition, role_arn, logging, tracing, encryption };
        let (arn, now) = (self.owner().machine(&name), self.now());
        Ok(NewMachine { name, arn, is_express, settings, tags, publish, description, now })
    }

    pub(super) fn describe_state_machine(&self, body: &Value) -> Answer {
        let (arn, included) = read(body, |fields| {
            Ok((fields.required_text("stateMachineArn", ARN)?, fields.choice("includedData", INCLUDED)?))
        })?;
        let with_data = included.as_deref() != Some("METADATA_ONLY");
        let missing = || ApiError::no_machine(&arn);
        let asked = self.owner().read_machine(&arn)?.ok_or_else(missing)?;
        if matches!(asked.qualifier, Some(Qualifier::Alias(_))) {
            return Err(missing());
        }
        self.registry().read(|db| {
            let Target { machine, version, .. } = Target::find(db, &asked)?.ok_or_else(missing)?;
            let revision = match &version {
                Some(version) => Revision::get(db, version.revision)?,
                None => machine.current(db)?,
            };
            let created = version.as_ref().map_or(machine.created, |version| version.created);
            let mut answer = show_settings(&revision, machine.is_express, with_data);
            answer.insert("stateMachineArn".to_owned(), arn.as_str().into());
            answer.insert("name".to_owned(), machine.name.as_str().into());
            answer.insert("status".to_owned(), "ACTIVE".into());
            answer.insert("type".to_owned(), machine.type_name().into());
            answer.insert("creationDate".to_owned(), json!(seconds(created)));
            put(&mut answer, "description", version.and_then(|version| version.description));
            Ok(answer.into())
        })
    }

    pub(super) fn list_state_machines(&self, body: &Value) -> Answer {
        let (most, token) = read(body, |fields| {
            Ok((fields.integer("maxResults", 0, MAX_RESULTS)?, fields.text("nextToken", TOKEN)?))
        })?;
        let page = Page::asked(most, token.as_deref(), &["ListStateMachines"])?;
        let mut list =
            self.registry().read(|db| Machine::list(db, page.after.unwrap_or(0), page.length + 1))?;
        let next = page.cut(&mut list, |machine| machine.id.cast_unsigned());
        let shown = list.iter().map(|machine| {
            json!({
                "stateMachineArn": self.owner().machine(&machine.name),
                "name": machine.name,
                "type": machine.type_name(),
                "creationDate": seconds(machine.created),
            })
        });
        Ok(page_of("stateMachines", shown.collect(), next))
    }

    pub(super) async fn delete_state_machine(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("stateMachineArn", ARN))?;
        // What is not there is deleted already.
        let Some(MachineArn { name, qualifier: None }) = self.owner().read_machine(&arn)? else {
            return Ok(json!({}));
        };
        let delete = move |db: &_| match Machine::named(db, &name)? {
            Some(machine) => machine.delete(db, &arn),
            None => Ok(()),
        };
        self.registry().write(delete).await?;
        Ok(json!({}))
    }

    /// The state machine with this ARN, which must be one without version or alias.
    ///
    /// # Errors
    /// `InvalidArn`, `StateMachineDoesNotExist`.
    pub(super) fn unqualified(&self, arn: &str) -> Result<String, ApiError> {
        match self.owner().read_machine(arn)? {
            Some(MachineArn { name, qualifier: None }) => Ok(name),
            _ => Err(ApiError::no_machine(arn)),
        }
    }
}

/// A description describes the version that is published.
pub(super) fn check_description(publish: bool, description: Option<&str>) -> Result<(), ApiError> {
    if description.is_some() && !publish {
        return Err(ApiError::validation("Version description can only be set when publish is true"));
    }
    Ok(())
}
