//! A saga of one step, small enough to be searched without the reductions; and the mistakes that one makes in it.

use amends_harness::Saga;
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_verify::explore::Setup;
use amends_verify::saga::Explore;
use amends_verify::stub::{Call, Reversed, StubProvider, Stubs};
use serde_json::json;

/// What is wrong with the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    Nothing,
    /// What was never reported has not happened.
    UndoesOnlyWhatItKnows,
    /// A provider forgets keys sooner than effects.
    TrustsItsKey,
    /// The second attempt is another request.
    NewKeyEachTime,
    /// Not found is never there.
    BelievesWhatItDoesNotFind,
    /// The provider knows of nothing, so somebody must look.
    RefusesToUndoNothing,
    /// A reply that never came is one that says no.
    TakesSilenceForNo,
}

impl Mistake {
    pub(crate) const ALL: [Self; 7] = [
        Self::Nothing,
        Self::UndoesOnlyWhatItKnows,
        Self::TrustsItsKey,
        Self::NewKeyEachTime,
        Self::BelievesWhatItDoesNotFind,
        Self::RefusesToUndoNothing,
        Self::TakesSilenceForNo,
    ];

    /// The saga with this mistake.
    pub(crate) fn setup(self) -> Setup {
        let saga = move |stubs: &Stubs| {
            let step = Book { system: stubs.provider::<Book>(), mistake: self };
            Saga::builder("stay").step(step, |sources| sources.input()).build()
        };
        Explore::new("stay", saga).input(json!("ada")).setup()
    }
}

struct Book {
    system: StubProvider,
    mistake: Mistake,
}

impl SagaStep for Book {
    const NAME: &'static str = "book";
    const COMPENSATION: &'static str = "cancel";
    const POLICY: StepPolicy = StepPolicy { calls: 2, ..StepPolicy::REQUIRED };
    type Input = String;
    type Output = String;

    async fn execute(&self, ctx: &StepCtx, who: String) -> Result<String, StepError> {
        let reference = ctx.saga().as_str();
        if ctx.effect_possible()
            && self.mistake != Mistake::TrustsItsKey
            && let Some(booking) = self.system.find(reference).await?
        {
            return Ok(booking);
        }
        ctx.call_limit()?;
        let purpose = match self.mistake {
            Mistake::NewKeyEachTime => format!("book-{}", ctx.age().as_micros()),
            _ => "book".to_owned(),
        };
        let call = Call { reference, key: ctx.key(&purpose), body: json!({ "who": who }) };
        match self.system.apply(call).await {
            Ok(receipt) => Ok(receipt.id),
            Err(error) => Err(match (self.mistake, StepError::from(error)) {
                (Mistake::TakesSilenceForNo, StepError::Unknown(reason)) => StepError::Rejected(reason),
                (_, error) => error,
            }),
        }
    }

    async fn compensate(
        &self,
        ctx: &StepCtx,
        _: String,
        booking: Option<String>,
    ) -> Result<Compensated, StepError> {
        if self.mistake == Mistake::UndoesOnlyWhatItKnows && booking.is_none() {
            return Ok(Compensated::NothingHappened);
        }
        let call = Call { reference: ctx.saga().as_str(), key: ctx.key("cancel"), body: json!({}) };
        Ok(match self.system.reverse(call).await? {
            Reversed::Now | Reversed::Before => Compensated::Undone,
            Reversed::NothingFound => match self.mistake {
                Mistake::BelievesWhatItDoesNotFind => Compensated::NothingHappened,
                Mistake::RefusesToUndoNothing => {
                    return Err(StepError::Rejected("there is nothing to cancel".into()));
                }
                _ => Compensated::NothingFound,
            },
        })
    }
}
