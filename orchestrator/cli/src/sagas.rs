//! The sagas of this binary.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::books::MemoryBooks;
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::SandboxNotification;
use amends_adapters::payment::SandboxPayment;
use amends_coordinator::SagaKind;
use amends_engine::clock::SystemClock;
use amends_saga::SagaDefinition;
use amends_store::MemoryStore;
use amends_types::{Clock, DeploymentId};
use amends_workers::{OrderSagaParts, order_saga};

/// Every saga's definition, for commands that run no step.
pub(crate) fn definitions() -> Vec<SagaDefinition> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let books = Arc::new(MemoryBooks::new());
    let parts = OrderSagaParts {
        payment: Arc::new(SandboxPayment::new(books.clone(), clock.clone())),
        notification: Arc::new(SandboxNotification::new(books.clone(), clock.clone())),
        inventory: Arc::new(SandboxInventory::new(books, clock.clone())),
        store: Arc::new(MemoryStore::new(clock, DeploymentId::fixed(0))),
    };
    vec![order_saga(parts).definition().clone()]
}

/// What the coordinator knows of a saga.
pub(crate) fn kind(definition: &SagaDefinition) -> SagaKind {
    SagaKind {
        name: definition.name().to_owned(),
        unwind_name: definition.unwind_name(),
        time_limit: Duration::from_secs(definition.deadline_seconds()),
    }
}
