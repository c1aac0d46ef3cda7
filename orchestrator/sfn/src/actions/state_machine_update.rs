//! UpdateStateMachine.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::definition::{check_definition, check_role};
use super::dispatch::{Answer, DEFINITION, put, seconds};
use super::state_machines::check_description;
use crate::api_error::{ApiError, ErrorCode};
use crate::registry::{Change, Machine};
use crate::request::{ARN, Fields, TEXT, read};
use crate::service::Service;
use crate::settings::{read_encryption, read_logging, read_tracing};

impl Service {
    pub(super) async fn update_state_machine(&self, body: &Value) -> Answer {
        let (arn, change) = read(body, |fields| self.read_change(fields))?;
        let name = self.unqualified(&arn)?;
        if change.is_empty() {
            return Err(ApiError::new(
                ErrorCode::MissingRequiredParameter,
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be \
                 specified",
            ));
        }
        check_description(change.publish, change.description.as_deref())?;
        let find = |db: &_| Machine::named(db, &name)?.ok_or_else(|| ApiError::no_machine(&arn));
        let checked = self.registry().read(find)?;
        check(&change, checked.is_express)?;
        let (now, machine) = (change.now, name.clone());
        let update = move |db: &_| {
            // Another one of this name, created meanwhile, may be of the other type.
            let machine = Machine::named(db, &name)?.filter(|machine| machine.id == checked.id);
            change.apply(db, &machine.ok_or_else(|| ApiError::no_machine(&arn))?)
        };
        let updated = self.registry().write(update).await?;
        let mut answer = Map::new();
        answer.insert("updateDate".to_owned(), json!(seconds(now)));
        put(&mut answer, "revisionId", updated.revision_id);
        let version = updated.version.map(|number| self.owner().version(&machine, number));
        put(&mut answer, "stateMachineVersionArn", version);
        Ok(answer.into())
    }

    fn read_change(&self, fields: &Fields<'_>) -> Result<(String, Change), ApiError> {
        let arn = fields.required_text("stateMachineArn", ARN)?;
        let change = Change {
            definition: fields.text("definition", DEFINITION)?,
            role_arn: fields.text("roleArn", ARN)?,
            logging: read_logging(fields)?,
            tracing: read_tracing(fields)?,
            publish: fields.flag("publish")?.unwrap_or_default(),
            description: fields.text("versionDescription", TEXT)?,
            encryption: read_encryption(fields)?,
            revision_id: Uuid::new_v4().to_string(),
            now: self.now(),
        };
        Ok((arn, change))
    }
}

fn check(change: &Change, is_express: bool) -> Result<(), ApiError> {
    if let Some(role_arn) = &change.role_arn {
        check_role(role_arn)?;
    }
    if let Some(definition) = &change.definition {
        check_definition(definition, is_express)?;
    }
    if let Some(logging) = &change.logging {
        logging.check()?;
    }
    change.encryption.as_ref().map_or(Ok(()), |encryption| encryption.check())
}
