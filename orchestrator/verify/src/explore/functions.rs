//! Step Functions as a run sees it: the embedded engine, with what is started written down.

use std::sync::Arc;

use amends_coordinator::{
    EmbeddedStepFunctions, Execution, ExecutionStatus, SagaKind, Started, StepFunctions, StepFunctionsError,
};
use amends_store::{LedgerStatus, SagaQuery, SagaRow, SagaState, Store, StoreError};
use amends_types::{EngineId, RunName};
use async_trait::async_trait;

use crate::explore::action::Action;
use crate::explore::fault::FaultSet;
use crate::explore::trace::Happened;
use crate::explore::world::World;
use crate::tweaks::{Revive, Tweaks};

/// The engine of one life of the process.
#[derive(Clone)]
pub(crate) struct ExploredFunctions {
    pub(crate) inner: EmbeddedStepFunctions,
    pub(crate) world: Arc<World>,
    /// What a mutant's relay changes; nothing else is done with it.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) kind: SagaKind,
    pub(crate) tweaks: Arc<Tweaks>,
    /// Whether several coordinators use it.
    pub(crate) shared: bool,
}

impl ExploredFunctions {
    fn is_asked_by(&self, actor: &str) -> bool {
        self.world.current.get().is_some_and(|current| current.name.starts_with(actor))
    }

    /// What a mutant does before it starts an execution; answers the machine that is started.
    async fn before_start(&self, execution: &Execution) -> Result<Execution, StepFunctionsError> {
        let Execution { machine, run } = execution.clone();
        if self.tweaks.deletes_first {
            let (machine, run) = (machine.clone(), run.clone());
            let deleted = self.store.transact(move |tx| tx.delete_outbox(&machine, &run)).await;
            deleted.map_err(|error: StoreError| StepFunctionsError::Unavailable(error.to_string()))?;
        }
        let redriven = machine != self.kind.name && machine != self.kind.unwind_name;
        let revived = match self.tweaks.revives {
            Some(Revive::Redrive | Revive::OfARepair) => redriven,
            Some(Revive::Start) => {
                !redriven && self.inner.describe(execution).await? == Some(ExecutionStatus::Ended)
            }
            None => false,
        };
        if revived {
            self.revive(&run).await?;
        }
        let forward = self.tweaks.sweeps_forward && machine == self.kind.unwind_name;
        Ok(Execution { machine: if forward { self.kind.name.clone() } else { machine }, run })
    }

    fn seen_to_end(&self, execution: &Execution) {
        self.world.happened(Happened::SeenEnded { run: execution.run.to_string() });
    }

    /// Takes what was stopped for undone.
    async fn settle_at_once(&self, run: &RunName) -> Result<(), StepFunctionsError> {
        let run = run.clone();
        let settled = self.store.transact(move |tx| {
            let open = tx.sagas(&SagaQuery { open: true, limit: usize::MAX, ..SagaQuery::default() })?;
            for mut saga in open.into_iter().filter(|saga| saga.id.forward_run() == run) {
                saga.begin_unwinding(Some("past its deadline".into()), tx.now());
                saga.end(SagaState::Compensated, tx.now());
                tx.update_saga(&saga)?;
            }
            Ok(())
        });
        settled.await.map_err(|error: StoreError| StepFunctionsError::Unavailable(error.to_string()))
    }

    /// Lets a saga go forward anew, whatever became of it.
    async fn revive(&self, run: &RunName) -> Result<(), StepFunctionsError> {
        let run = run.clone();
        let repaired = self.tweaks.revives == Some(Revive::OfARepair);
        let revived = self.store.transact(move |tx| {
            let sagas = tx.sagas(&SagaQuery { limit: usize::MAX, ..SagaQuery::default() })?;
            let is_meant = |saga: &SagaRow| saga.id.forward_run() == run && (saga.repairing || !repaired);
            for mut saga in sagas.into_iter().filter(is_meant) {
                saga.state = SagaState::Forward;
                (saga.unwinder, saga.ended) = (None, None);
                tx.update_saga(&saga)?;
                for mut row in tx.ledger_rows(&saga.id)? {
                    row.status = LedgerStatus::Started;
                    tx.put_ledger_row(&row)?;
                }
            }
            Ok(())
        });
        revived.await.map_err(|error: StoreError| StepFunctionsError::Unavailable(error.to_string()))
    }
}

#[async_trait]
impl StepFunctions for ExploredFunctions {
    fn engine_id(&self) -> Option<EngineId> {
        self.inner.engine_id()
    }

    fn is_shared(&self) -> bool {
        self.shared && !self.tweaks.takes_for_its_own
    }

    async fn start(&self, execution: &Execution, input: &str) -> Result<Started, StepFunctionsError> {
        self.world.meet(Action::START, FaultSet::NONE, None).await;
        let execution = &self.before_start(execution).await?;
        let started = self.inner.start(execution, input).await?;
        let (machine, run) = (execution.machine.clone(), execution.run.to_string());
        self.world.happened(Happened::Started { machine, run });
        Ok(started)
    }

    async fn describe(&self, execution: &Execution) -> Result<Option<ExecutionStatus>, StepFunctionsError> {
        self.world.meet(Action::DESCRIBE, FaultSet::NONE, None).await;
        let status = self.inner.describe(execution).await?;
        if status == Some(ExecutionStatus::Ended) {
            self.seen_to_end(execution);
        }
        let sweeps = self.is_asked_by("sweeper");
        Ok(match status {
            Some(ExecutionStatus::Running) if sweeps && self.tweaks.sweeps_at_once => {
                Some(ExecutionStatus::Ended)
            }
            None if sweeps && (self.tweaks.deletes_first || self.tweaks.trusts_the_outbox) => {
                Some(ExecutionStatus::Running)
            }
            status => status,
        })
    }

    async fn stop(&self, execution: &Execution, cause: &str) -> Result<(), StepFunctionsError> {
        self.world.happened(Happened::Noted(format!("stops execution {}: {cause}", execution.run)));
        self.world.meet(Action::STOP, FaultSet::NONE, None).await;
        self.inner.stop(execution, cause).await?;
        if self.tweaks.settles_what_it_stops && self.is_asked_by("sweeper") {
            self.settle_at_once(&execution.run).await?;
        }
        Ok(())
    }

    async fn wait_for_end(&self, execution: &Execution) -> Result<(), StepFunctionsError> {
        self.inner.wait_for_end(execution).await?;
        self.seen_to_end(execution);
        Ok(())
    }
}
