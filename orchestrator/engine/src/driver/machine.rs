//! Registered state machines.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amends_asl::{DefinitionError, StateMachine};

use crate::interp::Identity;
use crate::journal::{Definition, DefinitionId, Definitions, JournalError};

/// A definition, parsed once, with the names that go into ARNs.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) id: DefinitionId,
    pub(super) definition: Arc<Definition>,
    pub(super) asl: Arc<StateMachine>,
    pub(super) name: Arc<str>,
    arn: Arc<str>,
    role_arn: Arc<str>,
}

impl Machine {
    fn new(id: DefinitionId, definition: Arc<Definition>) -> Result<Self, DefinitionError> {
        let Definition { machine, account, region, text } = definition.as_ref();
        let asl = Arc::new(StateMachine::parse(text)?);
        let arn = format!("arn:aws:states:{region}:{account}:stateMachine:{machine}").into();
        let role_arn = format!("arn:aws:iam::{account}:role/{machine}").into();
        Ok(Self { id, name: machine.as_str().into(), arn, role_arn, asl, definition })
    }

    /// A machine that is not stored here, to fold what another process recorded.
    pub(super) fn of(definition: &Arc<Definition>) -> Result<Self, NoMachine> {
        let invalid = |source| NoMachine::Invalid { machine: definition.machine.clone(), source };
        Self::new(DefinitionId([0; 32]), definition.clone()).map_err(invalid)
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
        let Definition { machine, account, region, .. } = self.definition.as_ref();
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
    state: Mutex<State>,
}

struct State {
    definitions: Definitions,
    by_id: HashMap<DefinitionId, Arc<Machine>>,
    registered: HashMap<String, Arc<Machine>>,
}

impl Machines {
    pub(super) fn new(definitions: Definitions) -> Self {
        let state = State { definitions, by_id: HashMap::new(), registered: HashMap::new() };
        Self { state: Mutex::new(state) }
    }

    /// Makes this the definition that new executions are started with. Durable when this returns.
    pub(super) fn register(&self, definition: Definition) -> Result<Arc<Machine>, NoMachine> {
        // Refused before it is stored.
        let invalid = |source| NoMachine::Invalid { machine: definition.machine.clone(), source };
        StateMachine::parse(&definition.text).map_err(invalid)?;
        let mut state = self.state();
        let (id, _) = state.definitions.store(definition).map_err(NoMachine::Storage)?;
        let machine = state.by_id(id)?;
        state.registered.insert(machine.definition.machine.clone(), machine.clone());
        Ok(machine)
    }

    pub(super) fn registered(&self, name: &str) -> Option<Arc<Machine>> {
        self.state().registered.get(name).cloned()
    }

    pub(super) fn by_id(&self, id: DefinitionId) -> Result<Arc<Machine>, NoMachine> {
        self.state().by_id(id)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn by_id(&mut self, id: DefinitionId) -> Result<Arc<Machine>, NoMachine> {
        if let Some(machine) = self.by_id.get(&id) {
            return Ok(machine.clone());
        }
        let definition = self.definitions.get(id).map_err(NoMachine::Journal)?;
        let name = definition.machine.clone();
        let invalid = |source| NoMachine::Invalid { machine: name, source };
        let machine = Arc::new(Machine::new(id, definition).map_err(invalid)?);
        self.by_id.insert(id, machine.clone());
        Ok(machine)
    }
}
