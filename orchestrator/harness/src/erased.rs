//! Steps with their types taken away, so that a saga can hold a list of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use amends_saga::{Compensated, SagaStep, StepCtx, StepError};
use amends_store::Tx;
use amends_types::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::attempt::panicked;
use crate::{LocalError, LocalStep, Sources};

pub(crate) type InputFn = Arc<dyn Fn(&Sources<'_>) -> Result<Value, StepError> + Send + Sync>;

/// A step, by where its effect is.
#[derive(Clone)]
pub(crate) enum Handler {
    Provider(Arc<dyn ErasedStep>),
    Local(Arc<dyn ErasedLocalStep>),
}

pub(crate) trait ErasedStep: Send + Sync {
    fn execute<'a>(&'a self, ctx: &'a StepCtx, input: Value) -> BoxFuture<'a, Result<Value, StepError>>;
    fn compensate<'a>(
        &'a self,
        ctx: &'a StepCtx,
        input: Value,
        output: Option<Value>,
    ) -> BoxFuture<'a, Result<Compensated, StepError>>;
    fn still_stands<'a>(
        &'a self,
        ctx: &'a StepCtx,
        input: Value,
        output: Value,
    ) -> BoxFuture<'a, Result<bool, StepError>>;
}

pub(crate) trait ErasedLocalStep: Send + Sync {
    fn execute(&self, ctx: &StepCtx, tx: &mut dyn Tx, input: Value) -> Result<Value, LocalError>;
    fn compensate(
        &self,
        ctx: &StepCtx,
        tx: &mut dyn Tx,
        input: Value,
        output: Option<Value>,
    ) -> Result<Compensated, LocalError>;
}

/// What builds a step's input, with its type taken away. Our own mistake in it is an error like any other: a panic
/// must not end the transaction that only wanted to know the input.
pub(crate) fn input<T: Serialize>(
    build: impl Fn(&Sources<'_>) -> Result<T, StepError> + Send + Sync + 'static,
) -> InputFn {
    Arc::new(move |sources| {
        let built = catch_unwind(AssertUnwindSafe(|| build(sources)));
        write("input", &built.unwrap_or_else(|_| Err(panicked()))?)
    })
}

// The messages name the type error only: serde's own text could quote personal data.
fn read<T: DeserializeOwned>(what: &str, value: Value) -> Result<T, StepError> {
    serde_json::from_value(value)
        .map_err(|_| StepError::Bug(format!("the recorded {what} does not fit this version")))
}

fn write<T: Serialize>(what: &str, value: &T) -> Result<Value, StepError> {
    serde_json::to_value(value).map_err(|_| StepError::Bug(format!("the {what} cannot be written as JSON")))
}

impl<S: SagaStep> ErasedStep for S {
    fn execute<'a>(&'a self, ctx: &'a StepCtx, input: Value) -> BoxFuture<'a, Result<Value, StepError>> {
        Box::pin(async move {
            let output = SagaStep::execute(self, ctx, read("input", input)?).await?;
            write("output", &output)
        })
    }

    fn compensate<'a>(
        &'a self,
        ctx: &'a StepCtx,
        input: Value,
        output: Option<Value>,
    ) -> BoxFuture<'a, Result<Compensated, StepError>> {
        Box::pin(async move {
            let output = output.map(|output| read("output", output)).transpose()?;
            SagaStep::compensate(self, ctx, read("input", input)?, output).await
        })
    }

    fn still_stands<'a>(
        &'a self,
        ctx: &'a StepCtx,
        input: Value,
        output: Value,
    ) -> BoxFuture<'a, Result<bool, StepError>> {
        Box::pin(async move {
            SagaStep::still_stands(self, ctx, read("input", input)?, read("output", output)?).await
        })
    }
}

/// Keeps the two blanket implementations apart.
pub(crate) struct Local<S>(pub(crate) S);

impl<S: LocalStep> ErasedLocalStep for Local<S> {
    fn execute(&self, ctx: &StepCtx, tx: &mut dyn Tx, input: Value) -> Result<Value, LocalError> {
        let output = self.0.execute(ctx, tx, read("input", input)?)?;
        Ok(write("output", &output)?)
    }

    fn compensate(
        &self,
        ctx: &StepCtx,
        tx: &mut dyn Tx,
        input: Value,
        output: Option<Value>,
    ) -> Result<Compensated, LocalError> {
        let output = output.map(|output| read("output", output)).transpose()?;
        self.0.compensate(ctx, tx, read("input", input)?, output)
    }
}
