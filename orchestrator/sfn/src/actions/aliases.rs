//! CreateStateMachineAlias, DescribeStateMachineAlias, UpdateStateMachineAlias, ListStateMachineAliases,
//! DeleteStateMachineAlias.

use amends_sqlite::rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::dispatch::{Answer, MAX_RESULTS, TOKEN, page_of, put, seconds};
use super::routing::read_routing;
use crate::api_error::{ApiError, ErrorCode};
use crate::arn::{MachineArn, Qualifier};
use crate::page::Page;
use crate::registry::{Alias, Machine, NewAlias, Target};
use crate::request::{ARN, Fields, NAME, TEXT, read};
use crate::service::Service;

/// What AWS says that the names of aliases must match.
const PATTERN: &str = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";

impl Service {
    pub(super) async fn create_alias(&self, body: &Value) -> Answer {
        let (description, name, routing) = read(body, |fields| {
            let description = fields.text("description", TEXT)?;
            let name = fields.matching("name", NAME, PATTERN, is_alias)?;
            let (name, routing) = (fields.required("name", name)?, read_routing(fields)?);
            Ok((description, name, fields.required("routingConfiguration", routing)?))
        })?;
        let (machine, routes) = routing.resolve(self.owner())?;
        let (arn, now) = (self.owner().alias(&machine, &name), self.now());
        let create = move |db: &_| {
            let machine = Machine::named(db, &machine)?.ok_or_else(ApiError::no_reference)?.id;
            NewAlias { machine, name, description, routes, now }.create(db)
        };
        let created = self.registry().write(create).await?;
        Ok(json!({"stateMachineAliasArn": arn, "creationDate": seconds(created)}))
    }

    pub(super) fn describe_alias(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("stateMachineAliasArn", ARN))?;
        let asked = self.read_alias(&arn)?.ok_or_else(ApiError::no_reference)?;
        let (machine, alias) =
            self.registry().read(|db| find(db, &asked))?.ok_or_else(ApiError::no_reference)?;
        let routes = alias.routes.iter().map(|route| {
            let version = self.owner().version(&machine.name, route.version);
            json!({"stateMachineVersionArn": version, "weight": route.weight})
        });
        let mut answer = Map::new();
        answer.insert("stateMachineAliasArn".to_owned(), arn.into());
        answer.insert("name".to_owned(), alias.name.into());
        answer.insert("routingConfiguration".to_owned(), routes.collect());
        answer.insert("creationDate".to_owned(), json!(seconds(alias.created)));
        answer.insert("updateDate".to_owned(), json!(seconds(alias.updated)));
        put(&mut answer, "description", alias.description);
        Ok(answer.into())
    }

    pub(super) async fn update_alias(&self, body: &Value) -> Answer {
        let (arn, description, routing) = read(body, |fields| {
            let arn = fields.required_text("stateMachineAliasArn", ARN)?;
            Ok((arn, fields.text("description", TEXT)?, read_routing(fields)?))
        })?;
        let asked = self.read_alias(&arn)?.ok_or_else(ApiError::no_reference)?;
        if description.is_none() && routing.is_none() {
            return Err(ApiError::validation(
                "Either the description or the routingConfiguration must be specified",
            ));
        }
        let routes = routing.map(|routing| routing.resolve(self.owner())).transpose()?;
        if routes.as_ref().is_some_and(|(name, _)| *name != asked.name) {
            return Err(ApiError::validation(format!(
                "Routing configuration must contain versions of the state machine '{}'",
                asked.name
            )));
        }
        let now = self.now();
        let update = move |db: &_| {
            let (machine, alias) = find(db, &asked)?.ok_or_else(ApiError::no_reference)?;
            alias.update(db, machine.id, description, routes.map(|(_, routes)| routes), now)
        };
        self.registry().write(update).await?;
        Ok(json!({ "updateDate": seconds(now) }))
    }

    pub(super) fn list_aliases(&self, body: &Value) -> Answer {
        let (arn, token, most) = read(body, read_list)?;
        let missing = || ApiError::no_machine(&arn);
        let asked = self.owner().read_machine(&arn)?.ok_or_else(missing)?;
        let page = Page::asked(most, token.as_deref(), &["ListStateMachineAliases", &arn])?;
        if matches!(asked.qualifier, Some(Qualifier::Alias(_))) {
            return Err(ApiError::new(ErrorCode::InvalidArn, format!("Invalid Arn: '{arn}'")));
        }
        let mut list = self.registry().read(|db| {
            let Target { machine, version, .. } = Target::find(db, &asked)?.ok_or_else(missing)?;
            let version = version.map(|version| version.number);
            Alias::list(db, machine.id, version, page.after.unwrap_or(0), page.length + 1)
        })?;
        let next = page.cut(&mut list, |alias| alias.id.cast_unsigned());
        let shown = list.iter().map(|alias| {
            let arn = self.owner().alias(&asked.name, &alias.name);
            json!({"stateMachineAliasArn": arn, "creationDate": seconds(alias.created)})
        });
        Ok(page_of("stateMachineAliases", shown.collect(), next))
    }

    pub(super) async fn delete_alias(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("stateMachineAliasArn", ARN))?;
        let Some(asked) = self.read_alias(&arn)? else { return Ok(json!({})) };
        let delete = move |db: &_| match find(db, &asked)? {
            Some((_, alias)) => alias.delete(db),
            None => Ok(()),
        };
        self.registry().write(delete).await?;
        Ok(json!({}))
    }

    /// Reads the ARN of an alias; `None` if it is another account's.
    fn read_alias(&self, arn: &str) -> Result<Option<MachineArn>, ApiError> {
        match self.owner().read_machine(arn)? {
            Some(asked) if !matches!(asked.qualifier, Some(Qualifier::Alias(_))) => {
                Err(ApiError::new(ErrorCode::InvalidArn, format!("Invalid Arn: '{arn}'")))
            }
            asked => Ok(asked),
        }
    }
}

fn read_list(fields: &Fields<'_>) -> Result<(String, Option<String>, Option<u32>), ApiError> {
    let arn = fields.required_text("stateMachineArn", ARN)?;
    Ok((arn, fields.text("nextToken", TOKEN)?, fields.integer("maxResults", 0, MAX_RESULTS)?))
}

fn find(db: &Connection, asked: &MachineArn) -> Result<Option<(Machine, Alias)>, ApiError> {
    let target = Target::find(db, asked)?;
    Ok(target.and_then(|Target { machine, alias, .. }| Some((machine, alias?))))
}

fn is_alias(name: &str) -> bool {
    let is_mark = |c: char| matches!(c, '_' | '-' | '.');
    name.chars().all(|c| c.is_ascii_alphanumeric() || is_mark(c))
        && name.chars().any(|c| c.is_ascii_alphabetic() || is_mark(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_alias_is_no_number() {
        for name in ["LIVE", "v1", "1.0", "a-b_c"] {
            assert!(is_alias(name), "{name}");
        }
        for name in ["", "1", "a b", "a:b", "é"] {
            assert!(!is_alias(name), "{name}");
        }
    }
}
