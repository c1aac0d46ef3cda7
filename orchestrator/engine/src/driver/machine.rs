//! Registered state machines.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amends_asl::{DefinitionError, StateMachine};

use crate::driver::ParsedMachines;
use crate::interp::Identity;
use crate::journal::{Definition, DefinitionId, Definitions, JournalError, StoredDefinition};

/// A definition, parsed once, with the names that go into ARNs.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) stored: StoredDefinition,
    pub(super) asl: Arc<StateMachine>,
    pub(super) name: Arc<str>,
    arn: Arc<str>,
    role_arn: Arc<str>,
}

impl Machine {
    /// The machine of a definition that was accepted when it was stored.
    pub(super) fn of_stored(stored: StoredDefinition) -> Result<Self, NoMachine> {
        Self::parse(stored, StateMachine::parse_stored)
    }

    /// The machine of a definition that may be refused yet.
    pub(super) fn new(stored: StoredDefinition) -> Result<Self, NoMachine> {
        Self::parse(stored, StateMachine::parse)
    }

    fn parse(
        stored: StoredDefinition,
        parse: fn(&str) -> Result<StateMachine, DefinitionError>,
    ) -> Result<Self, NoMachine> {
        let Definition { machine, account, region, text, role_arn } = stored.definition.as_ref();
        let invalid = |source| NoMachine::Invalid { machine: machine.clone(), source };
        let asl = Arc::new(parse(text).map_err(invalid)?);
        let arn = format!("arn:aws:states:{region}:{account}:stateMachine:{machine}").into();
        let role_arn = match role_arn {
            Some(role_arn) => role_arn.as_str().into(),
            None => format!("arn:aws:iam::{account}:role/{machine}").into(),
        };
        Ok(Self { name: machine.as_str().into(), arn, role_arn, asl, stored })
    }

    /// A machine that is not stored here, to fold what another process recorded.
    pub(super) fn of(definition: &Arc<Definition>) -> Result<Self, NoMachine> {
        let (id, content) = (DefinitionId([0; 32]), Vec::new());
        Self::of_stored(StoredDefinition { id, definition: definition.clone(), content })
    }

    pub(super) fn id(&self) -> DefinitionId {
        self.stored.id
    }

    pub(super) fn identity(&self, execution_name: &Arc<str>) -> Identity {
        Identity {
            execution_arn: self.execution_arn(execution_name).into(),
            execution_name: execution_name.clone(),
            machine_arn: self.arn.clone(),
            machine_name: self.name.clone(),
            role_arn: self.role_arn.clone(),
        }
    }

    pub(super) fn execution_arn(&self, execution_name: &str) -> String {
        let Definition { machine, account, region, .. } = self.stored.definition.as_ref();
        format!("arn:aws:states:{region}:{account}:execution:{machine}:{execution_name}")
    }
}

/// Why there is no machine.
#[derive(Debug)]
pub(super) enum NoMachine {
    Invalid { machine: String, source: DefinitionError },
    Storage(io::Error),
    Journal(JournalError),
}

/// All definitions of a directory: those registered now, and those that executions were started with.
pub(super) struct Machines {
    parsed: Arc<ParsedMachines>,
    state: Mutex<State>,
}

struct State {
    definitions: Definitions,
    /// What is here is stored.
    by_id: HashMap<DefinitionId, Arc<Machine>>,
    registered: HashMap<String, Arc<Machine>>,
}

impl Machines {
    pub(super) fn new(definitions: Definitions, parsed: Arc<ParsedMachines>) -> Self {
        let state = State { definitions, by_id: HashMap::new(), registered: HashMap::new() };
        Self { parsed, state: Mutex::new(state) }
    }

    /// Makes this the definition that new executions of its machine are started with.
    pub(super) fn register(&self, machine: &Arc<Machine>) {
        self.state().registered.insert(machine.name.to_string(), machine.clone());
    }

    /// Durable when this returns.
    pub(super) fn store(&self, definition: Definition) -> Result<Arc<Machine>, NoMachine> {
        // Refused before it is stored.
        let machine = self.parsed.of(definition)?;
        let mut state = self.state();
        if !state.by_id.contains_key(&machine.id()) {
            state.definitions.store(&machine.stored).map_err(NoMachine::Storage)?;
            state.by_id.insert(machine.id(), machine.clone());
        }
        Ok(machine)
    }

    pub(super) fn registered(&self, name: &str) -> Option<Arc<Machine>> {
        self.state().registered.get(name).cloned()
    }

    pub(super) fn by_id(&self, id: DefinitionId) -> Result<Arc<Machine>, NoMachine> {
        let mut state = self.state();
        if let Some(machine) = state.by_id.get(&id) {
            return Ok(machine.clone());
        }
        let content = state.definitions.read(id).map_err(NoMachine::Journal)?;
        let machine = self.parsed.of_file(id, content)?;
        state.by_id.insert(id, machine.clone());
        Ok(machine)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
