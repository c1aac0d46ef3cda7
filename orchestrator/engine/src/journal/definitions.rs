//! State machine definitions, each stored once under the hash of its content.
//!
//! An execution refers to the hash, so it keeps the definition, the account and the region that it was started
//! with whatever is registered later.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::journal::{JournalError, Storage};

/// How the name of a definition's file ends.
const SUFFIX: &str = ".machine.json";

/// Whether a file in the log's directory is a definition.
pub(crate) fn is_definition(file: &str) -> bool {
    file.ends_with(SUFFIX)
}

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
    /// The role that its executions run with; without one, a role with the machine's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
}

/// The SHA-256 of a stored definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefinitionId(pub [u8; 32]);

impl DefinitionId {
    fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    fn file_name(self) -> String {
        format!("{self}{SUFFIX}")
    }
}

impl fmt::Display for DefinitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not formatted byte by byte: it is a file's name, asked for at each opening.
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
        f.write_str(&digits.map(digit).collect::<String>())
    }
}

impl fmt::Debug for DefinitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A definition with the bytes that are stored, of which `id` is the hash.
#[derive(Debug)]
pub(crate) struct StoredDefinition {
    pub(crate) id: DefinitionId,
    pub(crate) definition: Arc<Definition>,
    pub(crate) content: Vec<u8>,
}

impl StoredDefinition {
    pub(crate) fn of(definition: Definition) -> Self {
        let content = serde_json::to_vec(&definition).expect("four texts are JSON");
        Self { id: DefinitionId::of(&content), definition: Arc::new(definition), content }
    }

    /// What the file of this id says, if it is whole.
    pub(crate) fn from_file(id: DefinitionId, content: Vec<u8>) -> Result<Self, JournalError> {
        let damaged = || JournalError::Definition { file: id.file_name() };
        if DefinitionId::of(&content) != id {
            return Err(damaged());
        }
        let definition = Arc::new(serde_json::from_slice(&content).map_err(|_| damaged())?);
        Ok(Self { id, definition, content })
    }
}

/// The files of a directory's definitions.
pub(crate) struct Definitions {
    storage: Arc<dyn Storage>,
}

impl Definitions {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }

    /// Stores a definition, unless it is there already. Durable when this returns.
    pub(crate) fn store(&self, stored: &StoredDefinition) -> io::Result<()> {
        let file = stored.id.file_name();
        if self.storage.read(&file).ok().as_deref() == Some(&stored.content) {
            return Ok(());
        }
        self.storage.write_whole(&file, &stored.content)
    }

    /// The content of the file of this id, which is yet to be compared with the id.
    pub(crate) fn read(&self, id: DefinitionId) -> Result<Vec<u8>, JournalError> {
        let file = id.file_name();
        self.storage.read(&file).map_err(|_| JournalError::Definition { file })
    }

    /// The definition with this id.
    pub(crate) fn get(&self, id: DefinitionId) -> Result<Arc<Definition>, JournalError> {
        Ok(StoredDefinition::from_file(id, self.read(id)?)?.definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_in_hexadecimal() {
        let mut id = DefinitionId([0; 32]);
        (id.0[0], id.0[31]) = (0x0f, 0xa1);
        assert_eq!(id.file_name(), format!("0f{}a1.machine.json", "0".repeat(60)));
    }
}
