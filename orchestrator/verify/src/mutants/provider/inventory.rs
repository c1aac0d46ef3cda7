//! Inventory systems that break a promise.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amends_adapters::inventory::{Inventory, Reverted, SyncReceipt, SyncRequest};
use amends_adapters::{Call, Contract, ProviderError};
use amends_types::{DeploymentId, IdempotencyKey, SagaId};
use amends_workers::{OrderSagaParts, order_saga};
use async_trait::async_trait;

use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::order::{MakeInventory, MakeSaga, OrderScenario};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S3: a repeat is recorded as a second sale.
    Mutant {
        name: "keys_are_ignored",
        layer: Layer::Provider,
        told: "the inventory system serves every repeat as if it were new",
        setup: || with(|parts| breaking(parts, Promise::KeysAreKnown)),
    },
    // Killed by S2: the repeat of what was refused is answered with a yes.
    Mutant {
        name: "a_refused_request_has_used_its_key",
        layer: Layer::Provider,
        told: "the inventory system answers a repeat with yes, whatever became of the first request",
        setup: || with(|parts| breaking(parts, Promise::AnswersAreOfEffects)),
    },
    // Killed by S3, and only by `unavailable`: what stays down never sends what waits.
    Mutant {
        name: "what_was_refused_is_sent_later",
        layer: Layer::Provider,
        told: "the inventory system keeps what it refused, and does it together with the next request",
        setup: || with(|parts| breaking(parts, Promise::RefusedIsNotDone)),
    },
    // Killed by S3, and only by `down_for_a_day`: only then is it asked.
    Mutant {
        name: "a_sale_is_not_found",
        layer: Layer::Provider,
        told: "the inventory system finds nothing, although its lookup is said to be consistent",
        setup: || with(|parts| breaking(parts, Promise::WhatIsThereIsFound)),
    },
    // Killed by S2.
    Mutant {
        name: "a_revert_that_is_not_done",
        layer: Layer::Provider,
        told: "the inventory system answers that a sale is taken back, and keeps it",
        setup: || with(|parts| breaking(parts, Promise::RevertedIsReverted)),
    },
    // Killed by S2 and S5, and only by `late`.
    Mutant {
        name: "a_request_arrives_after_the_settle_time",
        layer: Layer::Provider,
        told: "a late request arrives ten minutes later than any may",
        setup: || {
            let scenario = OrderScenario::one_order().with_lateness(Duration::from_secs(600));
            Setup::new(Arc::new(scenario))
        },
    },
    // Killed by S17 alone, with no fault.
    Mutant {
        name: "a_sale_is_recorded_for_another_order_too",
        layer: Layer::Provider,
        told: "the inventory system records each sale under a second reference",
        setup: || {
            let doubled: MakeInventory = |inner| Arc::new(Doubled(inner));
            Setup::new(Arc::new(OrderScenario::one_order().with_inventory(doubled)))
        },
    },
];

/// What is promised, and not kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promise {
    KeysAreKnown,
    AnswersAreOfEffects,
    RefusedIsNotDone,
    WhatIsThereIsFound,
    RevertedIsReverted,
}

fn with(saga: MakeSaga) -> Setup {
    Setup::new(Arc::new(OrderScenario::one_order().with_saga(saga)))
}

fn breaking(mut parts: OrderSagaParts, broken: Promise) -> amends_harness::Saga {
    parts.inventory = Arc::new(Broken { inner: parts.inventory, broken, state: Mutex::default() });
    order_saga(parts)
}

struct Broken {
    inner: Arc<dyn Inventory>,
    broken: Promise,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    served: u32,
    seen: Vec<IdempotencyKey>,
    refused: bool,
}

impl Broken {
    fn look<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A key that nobody has used.
    fn fresh(&self, call: &Call, reference: &str) -> Call {
        let served = self.look(|state| {
            state.served += 1;
            state.served
        });
        let saga: SagaId = reference.parse().expect("a reference is a saga's id");
        let key = IdempotencyKey::derive(DeploymentId::fixed(0), &saga, "sync", &format!("request-{served}"));
        Call { key, ..*call }
    }
}

#[async_trait]
impl Inventory for Broken {
    fn contract(&self) -> Contract {
        self.inner.contract()
    }

    async fn sync(&self, call: &Call, request: &SyncRequest) -> Result<SyncReceipt, ProviderError> {
        let repeated = self.look(|state| {
            let repeated = state.seen.contains(&call.key);
            state.seen.push(call.key);
            repeated
        });
        match self.broken {
            Promise::KeysAreKnown => self.inner.sync(&self.fresh(call, &request.reference), request).await,
            Promise::AnswersAreOfEffects if repeated => Ok(SyncReceipt { id: request.reference.clone() }),
            Promise::RefusedIsNotDone => {
                let done = self.inner.sync(call, request).await;
                if matches!(done, Err(ProviderError::Unavailable { .. })) {
                    self.look(|state| state.refused = true);
                } else if self.look(|state| std::mem::take(&mut state.refused)) {
                    // Nobody waits for what is sent along.
                    drop(self.inner.sync(&self.fresh(call, &request.reference), request).await);
                }
                done
            }
            Promise::AnswersAreOfEffects | Promise::WhatIsThereIsFound | Promise::RevertedIsReverted => {
                self.inner.sync(call, request).await
            }
        }
    }

    async fn find(&self, limit: Duration, reference: &str) -> Result<Option<SyncReceipt>, ProviderError> {
        let found = self.inner.find(limit, reference).await;
        if self.broken == Promise::WhatIsThereIsFound { found.map(|_| None) } else { found }
    }

    async fn revert(&self, call: &Call, reference: &str) -> Result<Reverted, ProviderError> {
        if self.broken == Promise::RevertedIsReverted {
            return Ok(Reverted::Reverted);
        }
        self.inner.revert(call, reference).await
    }
}

/// Records everything twice, behind the wire.
struct Doubled(Arc<dyn Inventory>);

#[async_trait]
impl Inventory for Doubled {
    fn contract(&self) -> Contract {
        self.0.contract()
    }

    async fn sync(&self, call: &Call, request: &SyncRequest) -> Result<SyncReceipt, ProviderError> {
        let receipt = self.0.sync(call, request).await?;
        let reference: SagaId = "order-0".parse().expect("it is a saga's id");
        let key = IdempotencyKey::derive(DeploymentId::fixed(0), &reference, "sync", "second");
        let second = SyncRequest { reference: reference.to_string(), lines: request.lines.clone() };
        drop(self.0.sync(&Call { key, ..*call }, &second).await);
        Ok(receipt)
    }

    async fn find(&self, limit: Duration, reference: &str) -> Result<Option<SyncReceipt>, ProviderError> {
        self.0.find(limit, reference).await
    }

    async fn revert(&self, call: &Call, reference: &str) -> Result<Reverted, ProviderError> {
        self.0.revert(call, reference).await
    }
}
