//! The saga of these tests: `reserve → take → tell → sync`.
//!
//! `reserve` is a local step, `tell` is best effort, and `sync` is the commit point. `local_only` is a saga whose
//! commit point is a local step.

use std::sync::{Arc, Mutex};

use amends_harness::{LocalError, LocalStep, Saga};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_store::Tx;
use serde::{Deserialize, Serialize};

use crate::provider::Provider;

/// The only product; a saga reserves one.
pub(crate) const SKU: &str = "widget";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Goods {
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) number: u32,
}

macro_rules! provider_step {
    ($type:ident, $name:literal, $compensation:literal, $policy:ident) => {
        pub(crate) struct $type(pub(crate) Arc<Provider>);
        impl SagaStep for $type {
            const NAME: &'static str = $name;
            const COMPENSATION: &'static str = $compensation;
            const POLICY: StepPolicy = StepPolicy::$policy;
            type Input = Goods;
            type Output = Receipt;
            async fn execute(&self, ctx: &StepCtx, _: Goods) -> Result<Receipt, StepError> {
                self.0.execute(Self::NAME, ctx).await
            }
            async fn compensate(
                &self,
                ctx: &StepCtx,
                _: Goods,
                output: Option<Receipt>,
            ) -> Result<Compensated, StepError> {
                self.0.compensate(Self::NAME, ctx, output).await
            }
        }
    };
}
provider_step!(Take, "take", "give_back", REQUIRED);
provider_step!(Tell, "tell", "take_back", BEST_EFFORT);
provider_step!(Sync, "sync", "revert", REQUIRED);

/// How the local step fails, after its effect and before the transaction ends.
#[derive(Debug, Clone)]
pub(crate) enum LocalFailure {
    Error(LocalError),
    Panic,
}

type BuildInput = fn() -> Result<Goods, StepError>;

/// What tests change while the saga is under way.
#[derive(Default)]
pub(crate) struct Controls {
    /// How the next attempt at `reserve` fails.
    pub(crate) reserve: Mutex<Option<LocalFailure>>,
    /// How the next attempt at `release` fails.
    pub(crate) release: Mutex<Option<LocalFailure>>,
    /// What the inputs of `take` and `tell` are built of, instead of the saga's own input.
    pub(crate) input: Mutex<Option<BuildInput>>,
}

impl Controls {
    fn goods(&self, own: Result<Goods, StepError>) -> Result<Goods, StepError> {
        let input = *self.input.lock().unwrap();
        input.map_or(own, |build| build())
    }
}

pub(crate) struct Reserve(pub(crate) Arc<Controls>);

fn fail(failure: &Mutex<Option<LocalFailure>>) -> Result<(), LocalError> {
    let failure = failure.lock().unwrap().take();
    match failure {
        None => Ok(()),
        Some(LocalFailure::Error(error)) => Err(error),
        Some(LocalFailure::Panic) => panic!("scripted"),
    }
}

impl LocalStep for Reserve {
    const NAME: &'static str = "reserve";
    const COMPENSATION: &'static str = "release";
    const POLICY: StepPolicy = StepPolicy::REQUIRED;
    type Input = Goods;
    type Output = Receipt;

    fn execute(&self, _: &StepCtx, tx: &mut dyn Tx, _: Goods) -> Result<Receipt, LocalError> {
        if !tx.take_stock(SKU, 1)? {
            return Err(StepError::Rejected("out of stock".into()).into());
        }
        fail(&self.0.reserve)?;
        Ok(Receipt { number: 1 })
    }

    fn compensate(
        &self,
        _: &StepCtx,
        tx: &mut dyn Tx,
        _: Goods,
        output: Option<Receipt>,
    ) -> Result<Compensated, LocalError> {
        if output.is_none() {
            return Ok(Compensated::NothingFound);
        }
        tx.return_stock(SKU, 1)?;
        fail(&self.0.release)?;
        Ok(Compensated::Undone)
    }
}

pub(crate) fn sagas(provider: &Arc<Provider>, controls: &Arc<Controls>) -> Vec<Saga> {
    let (for_take, for_tell) = (controls.clone(), controls.clone());
    let demo = Saga::builder("demo")
        .local_step(Reserve(controls.clone()), |sources| sources.input())
        .step(Take(provider.clone()), move |sources| for_take.goods(sources.input()))
        .step(Tell(provider.clone()), move |sources| for_tell.goods(sources.input()))
        .step(Sync(provider.clone()), |sources| sources.input())
        .build();
    let local_only =
        Saga::builder("local_only").local_step(Reserve(controls.clone()), |sources| sources.input()).build();
    vec![demo, local_only]
}
