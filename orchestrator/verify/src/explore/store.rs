//! The store as a run sees it: each transaction may meet a fault, and what it commits is written down.

use std::sync::{Arc, Mutex, PoisonError};

use amends_store::{Access, LedgerRow, NewAuditRow, SagaLock, SagaRow, Store, StoreError, Tx, Work};
use amends_types::{BoxFuture, DeploymentId};

use crate::explore::action::Action;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::trace::Happened;
use crate::explore::world::World;
use crate::lens::{Lens, Through};

/// A store in a run.
pub(crate) struct ExploredStore {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) world: Arc<World>,
}

impl Store for ExploredStore {
    fn deployment(&self) -> DeploymentId {
        self.inner.deployment()
    }

    fn commit_sequence(&self) -> u64 {
        self.inner.commit_sequence()
    }

    fn run(&self, access: Access, mut work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let action = match access {
                Access::Read | Access::ReadLagging => Action::READ,
                Access::Write => Action::WRITE,
            };
            if self.world.meet(action, FaultSet::NONE, None).await == Some(Fault::StoreUnavailable) {
                return Err(StoreError::Unavailable("injected".into()));
            }
            if access != Access::Write {
                return self.inner.run(access, work).await;
            }
            let seen = Arc::new(Mutex::new(Vec::new()));
            let seeing = seen.clone();
            let watched = move |tx: &mut dyn Tx| {
                // It may be called again from the start.
                let mut watch = Watch::default();
                work(&mut Through::new(tx, &mut watch))?;
                *seeing.lock().unwrap_or_else(PoisonError::into_inner) = watch.seen;
                Ok(())
            };
            self.inner.run(access, Box::new(watched)).await?;
            for what in std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner)) {
                self.world.happened(what);
            }
            self.world.meet(Action::WRITTEN, FaultSet::NONE, None).await;
            Ok(())
        })
    }
}

/// Remembers what a transaction changes.
#[derive(Default)]
struct Watch {
    seen: Vec<Happened>,
}

impl Lens for Watch {
    fn insert_saga(&mut self, tx: &mut dyn Tx, row: &SagaRow) -> Result<(), StoreError> {
        tx.insert_saga(row)?;
        self.seen.push(Happened::Saga { before: None, after: Box::new(row.clone()) });
        Ok(())
    }

    fn update_saga(&mut self, tx: &mut dyn Tx, row: &SagaRow) -> Result<(), StoreError> {
        let before = tx.saga(&row.id, SagaLock::None)?.map(Box::new);
        tx.update_saga(row)?;
        self.seen.push(Happened::Saga { before, after: Box::new(row.clone()) });
        Ok(())
    }

    fn append_audit(&mut self, tx: &mut dyn Tx, row: &NewAuditRow) -> Result<u64, StoreError> {
        let seq = tx.append_audit(row)?;
        self.seen.push(Happened::Decided(Box::new(row.clone())));
        Ok(seq)
    }

    fn put_ledger_row(&mut self, tx: &mut dyn Tx, row: &LedgerRow) -> Result<(), StoreError> {
        let before = tx.ledger_row(&row.saga, &row.step)?.map(Box::new);
        tx.put_ledger_row(row)?;
        self.seen.push(Happened::Ledger { before, after: Box::new(row.clone()) });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::choices::{Choices, Plan};
    use crate::explore::disk::memory_store;

    fn open(clock: Arc<dyn amends_types::Clock>) -> Arc<dyn Store> {
        let world = World::new(Choices::new(Plan::At(Vec::new()), FaultSet::ALL), false);
        Arc::new(ExploredStore { inner: memory_store(clock), world })
    }

    amends_store::store_suite!(explored, open);
}
