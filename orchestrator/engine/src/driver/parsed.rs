//! Definitions that have been read, so that the engines of one process need not read them again.
//!
//! One engine by itself keeps what it has read. But whoever runs engine after engine, as a test of crashes does, would
//! spend most of its time with parsing the same few definitions. What is here says nothing about what is stored: each
//! engine still stores a definition in its own directory before it uses it, and recovers only from what it finds there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::driver::machine::{Machine, NoMachine};
use crate::journal::{Definition, DefinitionId, StoredDefinition};

/// The most definitions that are kept. With more, those go first that have been here longest.
const MOST: usize = 64;

/// Definitions that have been read and found valid. Engines of one process may share them, whatever their
/// directories.
#[derive(Debug, Default)]
pub struct ParsedMachines {
    machines: Mutex<VecDeque<Arc<Machine>>>,
}

impl ParsedMachines {
    /// The machine of a definition.
    pub(super) fn of(&self, definition: Definition) -> Result<Arc<Machine>, NoMachine> {
        if let Some(machine) = self.find(|machine| *machine.stored.definition == definition) {
            return Ok(machine);
        }
        Ok(self.keep(Machine::new(StoredDefinition::of(definition))?))
    }

    /// The machine of a stored definition. What is known has the hash that it is known by; an equal content needs
    /// not be hashed again.
    pub(super) fn of_file(&self, id: DefinitionId, content: Vec<u8>) -> Result<Arc<Machine>, NoMachine> {
        let is_it = |machine: &Machine| machine.stored.id == id && machine.stored.content == content;
        if let Some(machine) = self.find(is_it) {
            return Ok(machine);
        }
        let stored = StoredDefinition::from_file(id, content).map_err(NoMachine::Journal)?;
        Ok(self.keep(Machine::of_stored(stored)?))
    }

    /// Nothing was locked while it was parsed. Two that parsed the same at once go on with the same.
    fn keep(&self, parsed: Machine) -> Arc<Machine> {
        let mut machines = self.machines();
        if let Some(machine) = machines.iter().find(|machine| machine.id() == parsed.id()) {
            return machine.clone();
        }
        if machines.len() == MOST {
            machines.pop_front();
        }
        let parsed = Arc::new(parsed);
        machines.push_back(parsed.clone());
        parsed
    }

    fn find(&self, is_it: impl Fn(&Machine) -> bool) -> Option<Arc<Machine>> {
        self.machines().iter().find(|machine| is_it(machine)).cloned()
    }

    fn machines(&self) -> MutexGuard<'_, VecDeque<Arc<Machine>>> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(machine: &str, text: &str) -> Definition {
        Definition {
            machine: machine.to_owned(),
            account: "111111111111".to_owned(),
            region: "us-east-1".to_owned(),
            text: text.to_owned(),
            role_arn: None,
        }
    }

    const VALID: &str = r#"{"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}"#;

    #[test]
    fn an_equal_definition_is_parsed_once_and_another_one_by_itself() {
        let parsed = ParsedMachines::default();
        let of = |machine, text| parsed.of(definition(machine, text)).unwrap();
        let first = of("m", VALID);
        assert!(Arc::ptr_eq(&first, &of("m", VALID)));
        assert!(!Arc::ptr_eq(&first, &of("other", VALID)));
        assert!(!Arc::ptr_eq(&first, &of("m", &VALID.replace(r#""a""#, r#""b""#))));
    }

    #[test]
    fn a_stored_definition_is_the_same_and_a_damaged_one_is_refused_though_it_is_known() {
        let parsed = ParsedMachines::default();
        let first = parsed.of(definition("m", VALID)).unwrap();
        let content = first.stored.content.clone();
        assert!(Arc::ptr_eq(&first, &parsed.of_file(first.id(), content.clone()).unwrap()));
        let damaged = parsed.of_file(first.id(), content[1..].to_vec());
        assert!(matches!(damaged, Err(NoMachine::Journal(_))));
        let unknown = ParsedMachines::default().of_file(first.id(), content).unwrap();
        assert_eq!((unknown.id(), &unknown.asl), (first.id(), &first.asl));
    }

    #[test]
    fn an_invalid_definition_is_refused_each_time() {
        let parsed = ParsedMachines::default();
        for _ in 0..2 {
            assert!(matches!(parsed.of(definition("m", "{}")), Err(NoMachine::Invalid { .. })));
        }
        assert!(parsed.machines().is_empty());
    }

    #[test]
    fn what_an_earlier_build_stored_can_be_used_though_it_would_be_refused_now() {
        let parsed = ParsedMachines::default();
        let branch = VALID.replace("Succeed\"", "Pass\", \"End\": true");
        let text = format!(
            r#"{{"StartAt": "p", "States": {{"p": {{"Type": "Parallel", "Branches": [{branch}, {branch}], "End": true}}}}}}"#
        );
        let stored = StoredDefinition::of(definition("m", &text));
        parsed.of_file(stored.id, stored.content).unwrap();
        let refused = ParsedMachines::default().of(definition("m", &text));
        let Err(NoMachine::Invalid { source, .. }) = refused else { panic!("{refused:?}") };
        assert!(
            source.to_string().starts_with("DUPLICATE_STATE_NAME: Duplicate State name: a at"),
            "{source}"
        );
        let broken = StoredDefinition::of(definition("m", &text.replace("Parallel", "Serial")));
        let refused = parsed.of_file(broken.id, broken.content);
        assert!(matches!(refused, Err(NoMachine::Invalid { .. })), "{refused:?}");
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let parsed = ParsedMachines::default();
        for number in 0..=MOST {
            parsed.of(definition(&format!("m{number}"), VALID)).unwrap();
        }
        assert_eq!(parsed.machines().len(), MOST);
        assert!(parsed.find(|machine| &*machine.name == "m0").is_none());
        assert!(parsed.find(|machine| &*machine.name == "m1").is_some());
    }
}
