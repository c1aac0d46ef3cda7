//! The executions of one saga, read from the engine's files while the engine runs or not.

use std::sync::Arc;

use amends_engine::driver::{Replayed, replay};
use amends_engine::journal::{Archive, DirectoryId, FileStorage, Inspection, SqliteArchive};
use amends_store::SagaRow;
use uuid::Uuid;

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::sagas;

/// The executions of a data directory.
pub(crate) struct Executions {
    inspection: Inspection,
}

/// One execution of a saga.
pub(crate) struct Run {
    /// The state machine's name.
    pub(crate) machine: String,
    /// The execution's name.
    pub(crate) name: String,
    /// What happened in it.
    pub(crate) replayed: Replayed,
}

impl Executions {
    /// Looks at a data directory.
    pub(crate) fn open(dir: &DataDir, directory: Uuid) -> Result<Self, Failure> {
        let directory = DirectoryId(*directory.as_bytes());
        let path = dir.archive();
        let archive: Option<Arc<dyn Archive>> = match path.is_file() {
            true => Some(Arc::new(SqliteArchive::inspect(&path, directory).map_err(Failure::failed)?)),
            false => None,
        };
        let storage = Arc::new(FileStorage::inspect(&dir.journal()));
        Ok(Self { inspection: Inspection::new(storage, archive, directory) })
    }

    /// The forward execution of a saga and its unwinds, oldest first.
    pub(crate) fn of(&self, saga: &SagaRow) -> Result<Vec<Run>, Failure> {
        let definitions = sagas::definitions();
        let Some(definition) = definitions.iter().find(|definition| definition.name() == saga.saga) else {
            return Ok(Vec::new());
        };
        let forward = (definition.name().to_owned(), saga.id.forward_run());
        let unwinds = (1..=saga.unwinds).map(|n| (definition.unwind_name(), saga.id.unwind_run(n)));
        let mut runs = Vec::new();
        for (machine, name) in std::iter::once(forward).chain(unwinds) {
            let recorded = self.inspection.find(&machine, name.as_str()).map_err(Failure::failed)?;
            if let Some(recorded) = recorded {
                let replayed = replay(&recorded).map_err(Failure::failed)?;
                runs.push(Run { machine, name: name.to_string(), replayed });
            }
        }
        Ok(runs)
    }
}
