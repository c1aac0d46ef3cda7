//! A saga with its code: the definition, and what each step does.

use std::sync::Arc;

use amends_saga::{SagaDefinition, SagaDefinitionBuilder, SagaStep, StepDefinition, StepError};

use crate::erased::{self, Handler, InputFn, Local};
use crate::{LocalStep, Sources};

/// A saga that the harness can run.
pub struct Saga {
    definition: SagaDefinition,
    steps: Vec<RunnableStep>,
}

#[derive(Clone)]
pub(crate) struct RunnableStep {
    pub(crate) position: u32,
    pub(crate) definition: StepDefinition,
    pub(crate) handler: Handler,
    pub(crate) input: InputFn,
}

impl Saga {
    /// Begins a saga of this name.
    pub fn builder(name: &'static str) -> SagaBuilder {
        SagaBuilder { definition: SagaDefinition::builder(name), steps: Vec::new() }
    }

    /// The saga as data, from which its machines are generated.
    pub const fn definition(&self) -> &SagaDefinition {
        &self.definition
    }

    pub(crate) fn steps(&self) -> &[RunnableStep] {
        &self.steps
    }

    pub(crate) fn step(&self, name: &str) -> Option<&RunnableStep> {
        self.steps.iter().find(|step| step.definition.name == name)
    }
}

/// Collects the steps of a saga, in order.
pub struct SagaBuilder {
    definition: SagaDefinitionBuilder,
    steps: Vec<RunnableStep>,
}

impl SagaBuilder {
    /// Adds a step with its effect at a provider; `input` builds what it works on.
    #[must_use]
    pub fn step<S: SagaStep>(
        mut self,
        step: S,
        input: impl Fn(&Sources<'_>) -> Result<S::Input, StepError> + Send + Sync + 'static,
    ) -> Self {
        self.definition = self.definition.step::<S>();
        let definition = StepDefinition { name: S::NAME, compensation: S::COMPENSATION, policy: S::POLICY };
        self.push(definition, Handler::Provider(Arc::new(step)), erased::input(input))
    }

    /// Adds a step with its effect in our own database.
    #[must_use]
    pub fn local_step<S: LocalStep>(
        mut self,
        step: S,
        input: impl Fn(&Sources<'_>) -> Result<S::Input, StepError> + Send + Sync + 'static,
    ) -> Self {
        const { S::POLICY.assert_ladder() }
        let definition = StepDefinition { name: S::NAME, compensation: S::COMPENSATION, policy: S::POLICY };
        self.definition = self.definition.define(definition.clone());
        self.push(definition, Handler::Local(Arc::new(Local(step))), erased::input(input))
    }

    fn push(mut self, definition: StepDefinition, handler: Handler, input: InputFn) -> Self {
        let position = u32::try_from(self.steps.len()).expect("a saga has few steps");
        self.steps.push(RunnableStep { position, definition, handler, input });
        self
    }

    /// The saga.
    ///
    /// # Panics
    /// As [`SagaDefinitionBuilder::build`].
    pub fn build(self) -> Saga {
        Saga { definition: self.definition.build(), steps: self.steps }
    }
}
