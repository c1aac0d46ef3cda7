//! A saga as data: its steps in order. The state machines are generated from it.

use crate::machine;
use crate::{SagaStep, StepPolicy};

/// One step, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDefinition {
    /// The step's name.
    pub name: &'static str,
    /// The name of the state that undoes it.
    pub compensation: &'static str,
    /// Its policy.
    pub policy: StepPolicy,
}

/// A saga: a name and at least one required step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaDefinition {
    name: &'static str,
    steps: Vec<StepDefinition>,
}

impl SagaDefinition {
    /// Begins a saga. The name is the forward machine's; the other machine is `unwind_` and the name.
    pub const fn builder(name: &'static str) -> SagaDefinitionBuilder {
        SagaDefinitionBuilder { name, steps: Vec::new() }
    }

    /// The saga's name, and its forward machine's.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The name of the machine that only compensates.
    pub fn unwind_name(&self) -> String {
        format!("unwind_{}", self.name)
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[StepDefinition] {
        &self.steps
    }

    /// The step of this name and its place in the order.
    pub fn step(&self, name: &str) -> Option<(usize, &StepDefinition)> {
        self.steps.iter().enumerate().find(|(_, step)| step.name == name)
    }

    /// Whether recording this step as done may commit the saga: it is the last required one.
    pub fn is_commit_point(&self, name: &str) -> bool {
        self.steps.iter().rev().find(|step| step.policy.is_required()).is_some_and(|step| step.name == name)
    }

    /// The forward machine, as the JSON text that is deployed.
    pub fn forward_machine(&self) -> String {
        machine::forward(self)
    }

    /// The unwind machine, as the JSON text that is deployed.
    pub fn unwind_machine(&self) -> String {
        machine::unwind(self)
    }

    /// What the machines' tasks name: each step, and settle, with its Lambda function and how long its states let that
    /// take, in seconds.
    pub fn functions(&self) -> Vec<(&'static str, String, u32)> {
        machine::functions(self)
    }

    /// The longest that the forward execution can last: every state's time limit, retry and wait for a lease.
    pub fn deadline_seconds(&self) -> u64 {
        machine::deadline_seconds(self)
    }
}

/// Collects the steps of a saga.
#[derive(Debug)]
pub struct SagaDefinitionBuilder {
    name: &'static str,
    steps: Vec<StepDefinition>,
}

impl SagaDefinitionBuilder {
    /// Adds a step at the end. Its time ladder is asserted while compiling.
    #[must_use]
    pub fn step<S: SagaStep>(self) -> Self {
        const { S::POLICY.assert_ladder() }
        self.define(StepDefinition { name: S::NAME, compensation: S::COMPENSATION, policy: S::POLICY })
    }

    /// Adds a step that is given as data.
    #[must_use]
    pub fn define(mut self, step: StepDefinition) -> Self {
        step.policy.assert_ladder();
        self.steps.push(step);
        self
    }

    /// The saga.
    ///
    /// # Panics
    /// When a name is not snake_case, occurs twice or is one that the machine uses itself, when no step is
    /// required, or when the retries could fill an execution's history. All are mistakes in the program.
    pub fn build(self) -> SagaDefinition {
        let saga = SagaDefinition { name: self.name, steps: self.steps };
        assert!(is_snake_case(saga.name), "the saga name {:?} must be snake_case", saga.name);
        assert!(saga.steps.iter().any(|step| step.policy.is_required()), "a saga needs a required step");
        let mut names: Vec<&str> = machine::OWN_STATES.to_vec();
        for name in saga.steps.iter().flat_map(|step| [step.name, step.compensation]) {
            assert!(is_snake_case(name), "the state name {name:?} must be snake_case");
            assert!(!names.contains(&name), "the state name {name:?} occurs twice or is reserved");
            names.push(name);
        }
        machine::assert_history_fits(&saga);
        saga
    }
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && name.len() <= 64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, compensation: &'static str) -> StepDefinition {
        StepDefinition { name, compensation, policy: StepPolicy::REQUIRED }
    }

    #[test]
    fn the_commit_point_is_the_last_required_step() {
        let saga = SagaDefinition::builder("s")
            .define(step("a", "undo_a"))
            .define(step("b", "undo_b"))
            .define(StepDefinition { policy: StepPolicy::BEST_EFFORT, ..step("c", "undo_c") })
            .build();
        assert!(saga.is_commit_point("b"));
        assert!(!saga.is_commit_point("a") && !saga.is_commit_point("c"));
    }

    #[test]
    fn mistakes_in_names_are_refused() {
        let check = |steps: &[StepDefinition], expected: &str| {
            let build =
                || steps.iter().cloned().fold(SagaDefinition::builder("s"), |b, s| b.define(s)).build();
            let panic = std::panic::catch_unwind(build).unwrap_err();
            let message = panic.downcast_ref::<String>().cloned();
            let message = message.or_else(|| panic.downcast_ref::<&str>().map(|m| (*m).to_owned())).unwrap();
            assert!(message.contains(expected), "{message:?} should mention {expected:?}");
        };
        check(&[step("a", "a")], "occurs twice");
        check(&[step("a", "settle")], "reserved");
        check(&[step("A", "b")], "snake_case");
        check(&[], "needs a required step");
    }
}
