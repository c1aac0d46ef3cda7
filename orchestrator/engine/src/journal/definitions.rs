//! State machine definitions, each stored once under the hash of its content.
//!
//! An execution refers to the hash, so it keeps the definition, the account and the region that it was started
//! with whatever is registered later.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::journal::{JournalError, Storage};

/// A registered state machine, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The name of the state machine.
    pub machine: String,
    /// The account in its ARN.
    pub account: String,
    /// The region in its ARN.
    pub region: String,
    /// The ASL text.
    pub text: String,
}

/// The SHA-256 of a stored definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefinitionId(pub [u8; 32]);

impl DefinitionId {
    fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    fn file_name(self) -> String {
        format!("{self}.machine.json")
    }
}

impl fmt::Display for DefinitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DefinitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The definitions of one directory, read when first needed.
pub(crate) struct Definitions {
    storage: Arc<dyn Storage>,
    known: HashMap<DefinitionId, Arc<Definition>>,
}

impl Definitions {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, known: HashMap::new() }
    }

    /// Stores a definition, unless it is there already. Durable when this returns.
    pub(crate) fn store(&mut self, definition: Definition) -> io::Result<(DefinitionId, Arc<Definition>)> {
        let content = serde_json::to_vec(&definition)?;
        let id = DefinitionId::of(&content);
        if let Some(known) = self.known.get(&id) {
            return Ok((id, known.clone()));
        }
        if self.storage.read(&id.file_name()).ok().as_deref() != Some(&content) {
            self.storage.write_whole(&id.file_name(), &content)?;
        }
        let definition = Arc::new(definition);
        self.known.insert(id, definition.clone());
        Ok((id, definition))
    }

    /// The definition with this id.
    pub(crate) fn get(&mut self, id: DefinitionId) -> Result<Arc<Definition>, JournalError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let missing = || JournalError::Definition { file: id.file_name() };
        let content = self.storage.read(&id.file_name()).map_err(|_| missing())?;
        if DefinitionId::of(&content) != id {
            return Err(missing());
        }
        let definition: Arc<Definition> = Arc::new(serde_json::from_slice(&content).map_err(|_| missing())?);
        self.known.insert(id, definition.clone());
        Ok(definition)
    }
}
