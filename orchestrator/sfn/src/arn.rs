//! ARNs of Step Functions' resources.
//!
//! `arn:aws:states:REGION:ACCOUNT:TYPE:NAME`, after which a state machine may have the number of a version or the name
//! of an alias, and an execution has its own name.

use crate::api_error::{ApiError, ErrorCode};

/// Whose resources these are: what is the same in all ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) region: String,
    pub(crate) account: String,
}

/// A state machine, or a version or an alias of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MachineArn {
    pub(crate) name: String,
    pub(crate) qualifier: Option<Qualifier>,
}

/// What follows a state machine's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Qualifier {
    /// The number of a version.
    Version(u32),
    /// The name of an alias.
    Alias(String),
}

/// An execution of a Standard state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExecutionArn {
    /// Of a child execution of a map run, the state machine's name is followed by `/` and the label of its Map state.
    pub(crate) machine: String,
    pub(crate) name: String,
}

/// A map run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MapRunArn {
    pub(crate) machine: String,
    pub(crate) id: String,
}

impl ExecutionArn {
    /// The state machine that this is a child execution of, if it is one.
    pub(crate) fn parent_machine(&self) -> Option<&str> {
        self.machine.split_once('/').map(|(machine, _)| machine)
    }
}

impl Owner {
    fn arn(&self, kind: &str, rest: &str) -> String {
        format!("arn:aws:states:{}:{}:{kind}:{rest}", self.region, self.account)
    }

    pub(crate) fn machine(&self, name: &str) -> String {
        self.arn("stateMachine", name)
    }

    pub(crate) fn version(&self, name: &str, number: u32) -> String {
        format!("{}:{number}", self.machine(name))
    }

    pub(crate) fn alias(&self, name: &str, alias: &str) -> String {
        format!("{}:{alias}", self.machine(name))
    }

    pub(crate) fn activity(&self, name: &str) -> String {
        self.arn("activity", name)
    }

    pub(crate) fn execution(&self, machine: &str, name: &str) -> String {
        self.arn("execution", &format!("{machine}:{name}"))
    }

    pub(crate) fn express(&self, machine: &str, name: &str, id: &str) -> String {
        self.arn("express", &format!("{machine}:{name}:{id}"))
    }

    /// Reads the ARN of a state machine, of a version or of an alias. One of another account or region is well formed,
    /// and nothing has it: then there is `None`.
    ///
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn read_machine(&self, arn: &str) -> Result<Option<MachineArn>, ApiError> {
        let parts = self.read(arn, &["stateMachine"])?;
        let (name, qualifier) = match parts.rest.as_slice() {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return Err(malformed(arn)),
        };
        let qualifier = qualifier.map(|qualifier| match qualifier.parse() {
            Ok(number) if qualifier.bytes().all(|byte| byte.is_ascii_digit()) => Qualifier::Version(number),
            _ => Qualifier::Alias(qualifier.to_owned()),
        });
        Ok(parts.is_ours.then(|| MachineArn { name: name.to_owned(), qualifier }))
    }

    /// Reads the ARN of an execution; `None` if it is another account's or region's.
    ///
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn read_execution(&self, arn: &str) -> Result<Option<ExecutionArn>, ApiError> {
        let parts = self.read(arn, &["execution"])?;
        let [machine, name] = parts.rest.as_slice() else { return Err(malformed(arn)) };
        let (machine, name) = ((*machine).to_owned(), (*name).to_owned());
        Ok(parts.is_ours.then_some(ExecutionArn { machine, name }))
    }

    /// Reads the name in the ARN of an activity; `None` if it is another account's or region's.
    ///
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn read_activity(&self, arn: &str) -> Result<Option<String>, ApiError> {
        let parts = self.read(arn, &["activity"])?;
        let [name] = parts.rest.as_slice() else { return Err(malformed(arn)) };
        Ok(parts.is_ours.then(|| (*name).to_owned()))
    }

    /// Reads the ARN of a map run; `None` if it is another account's or region's.
    ///
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn read_map_run(&self, arn: &str) -> Result<Option<MapRunArn>, ApiError> {
        let parts = self.read(arn, &["mapRun"])?;
        let [map, id] = parts.rest.as_slice() else { return Err(malformed(arn)) };
        let (machine, _) = map.split_once('/').ok_or_else(|| malformed(arn))?;
        Ok(parts.is_ours.then(|| MapRunArn { machine: machine.to_owned(), id: (*id).to_owned() }))
    }

    /// Checks the ARN of something that can have tags.
    ///
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn check_taggable(&self, arn: &str) -> Result<(), ApiError> {
        self.read(arn, &["stateMachine", "activity"]).map(drop)
    }

    fn read<'a>(&self, arn: &'a str, kinds: &[&str]) -> Result<Parts<'a>, ApiError> {
        let mut parts = arn.split(':');
        if (parts.next(), parts.next()) != (Some("arn"), Some("aws")) {
            return Err(invalid(&format!("Invalid ARN prefix: {arn}")));
        }
        if parts.next() != Some("states") {
            return Err(invalid(&format!("Invalid ARN prefix: {arn}")));
        }
        let (Some(region), Some(account), Some(kind)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed(arn));
        };
        if !kinds.contains(&kind) {
            return Err(invalid(&format!("Resource type not valid in this context: {kind}")));
        }
        let rest: Vec<_> = parts.collect();
        if region.is_empty()
            || account.is_empty()
            || rest.is_empty()
            || rest.iter().any(|part| part.is_empty())
        {
            return Err(malformed(arn));
        }
        Ok(Parts { is_ours: region == self.region && account == self.account, rest })
    }
}

struct Parts<'a> {
    is_ours: bool,
    rest: Vec<&'a str>,
}

fn malformed(arn: &str) -> ApiError {
    invalid(arn)
}

fn invalid(reason: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidArn, format!("Invalid Arn: '{reason}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner { region: "us-east-1".to_owned(), account: "111111111111".to_owned() }
    }

    fn check(arn: &str, message: &str) {
        assert_eq!(owner().read_machine(arn).unwrap_err().message, message);
    }

    #[test]
    fn an_arn_reads_as_it_was_written() {
        let owner = owner();
        let read = |arn: &str| owner.read_machine(arn).unwrap().unwrap();
        assert_eq!(read(&owner.machine("m")), MachineArn { name: "m".to_owned(), qualifier: None });
        assert_eq!(read(&owner.version("m", 3)).qualifier, Some(Qualifier::Version(3)));
        assert_eq!(read(&owner.alias("m", "LIVE")).qualifier, Some(Qualifier::Alias("LIVE".to_owned())));
        let execution = owner.read_execution(&owner.execution("m", "e.1")).unwrap().unwrap();
        assert_eq!(execution, ExecutionArn { machine: "m".to_owned(), name: "e.1".to_owned() });
        assert_eq!(owner.read_activity(&owner.activity("a")).unwrap(), Some("a".to_owned()));
    }

    #[test]
    fn an_arn_of_another_account_is_nothing_here() {
        let arn = "arn:aws:states:us-east-1:222222222222:stateMachine:m";
        assert_eq!(owner().read_machine(arn).unwrap(), None);
    }

    #[test]
    fn what_is_no_such_arn_is_refused() {
        check("m", "Invalid Arn: 'Invalid ARN prefix: m'");
        check("arn:aws:sqs:x:y:z", "Invalid Arn: 'Invalid ARN prefix: arn:aws:sqs:x:y:z'");
        check(
            "arn:aws:states:us-east-1:111111111111:execution:m:e",
            "Invalid Arn: 'Resource type not valid in this context: execution'",
        );
        let empty = "arn:aws:states:us-east-1:111111111111:stateMachine:";
        check(empty, &format!("Invalid Arn: '{empty}'"));
    }
}
