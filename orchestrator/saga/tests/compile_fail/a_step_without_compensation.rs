//! A step that nobody could undo.

use amends_saga::{SagaDefinition, SagaStep, StepCtx, StepError, StepPolicy};

struct Charge;

impl SagaStep for Charge {
    const NAME: &'static str = "charge";
    const POLICY: StepPolicy = StepPolicy::REQUIRED;
    type Input = ();
    type Output = ();

    async fn execute(&self, _: &StepCtx, _: ()) -> Result<(), StepError> {
        Ok(())
    }
}

fn main() {
    SagaDefinition::builder("orders").step::<Charge>().build();
}
