//! What a full disk means to the one process that works in a data directory: it ends at once, and says so.
//!
//! To a saga, a store that fails is a store to be asked again; a disk that stays full would use up the retries of good
//! orders and undo them. Ending loses nothing: the same command goes on from here once there is room.

use std::path::PathBuf;
use std::sync::Arc;

use amends_store::{Access, Store, StoreError, Work};
use amends_types::{BoxFuture, DeploymentId};

use crate::failure::exit;
use crate::output;

/// A store whose full disk ends the process.
pub(crate) struct EndsWhenFull {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) dir: PathBuf,
}

impl Store for EndsWhenFull {
    fn deployment(&self) -> DeploymentId {
        self.store.deployment()
    }

    fn commit_sequence(&self) -> u64 {
        self.store.commit_sequence()
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let answer = self.store.run(access, work).await;
            if answer.as_ref().is_err_and(is_full) {
                let dir = self.dir.display();
                output::complain(&format!(
                    "error: the disk of {dir} is full; nothing is lost: make room and run the same command again"
                ));
                std::process::exit(i32::from(exit::FAILED));
            }
            answer
        })
    }
}

/// A transaction that shared its commit with the one that met the full disk hears of it only in words.
fn is_full(error: &StoreError) -> bool {
    match error {
        StoreError::Full(_) => true,
        StoreError::Unavailable(reason) => reason.contains("disk is full"),
        StoreError::Corrupt(_)
        | StoreError::OutcomeUnknown(_)
        | StoreError::Constraint(_)
        | StoreError::ReadOnly
        | StoreError::RolledBack => false,
    }
}

#[cfg(test)]
mod tests {
    use amends_store::MemoryStore;

    use super::*;

    // Until the disk is full, it is the store that it stands before.
    amends_store::store_suite!(ends_when_full, |clock| {
        let store = Arc::new(MemoryStore::new(clock, DeploymentId::fixed(1)));
        Arc::new(EndsWhenFull { store, dir: PathBuf::new() })
    });

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        assert!(is_full(&StoreError::Full("x".into())));
        assert!(is_full(&StoreError::Unavailable("not written: database or disk is full".into())));
        assert!(!is_full(&StoreError::Unavailable("the database is locked".into())));
        assert!(!is_full(&StoreError::RolledBack));
    }
}
