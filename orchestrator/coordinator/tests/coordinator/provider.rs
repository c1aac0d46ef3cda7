//! The provider of all steps: its books, and a script of what goes wrong.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use amends_saga::{Compensated, Op, StepCtx, StepError};

/// What happens to one call. Unscripted ones succeed.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Nothing is done, and that is said.
    Fail(StepError),
    /// It is done, and this is said.
    FailAfter(StepError),
    /// Nothing is done, and nothing is ever said.
    Hang,
}

/// An effect in the books.
pub(crate) type Effect = (String, &'static str, Op);

#[derive(Default)]
pub(crate) struct Provider {
    books: Mutex<Vec<Effect>>,
    script: Mutex<HashMap<(&'static str, Op), VecDeque<Act>>>,
}

impl Provider {
    /// What the next calls come to.
    pub(crate) fn script(&self, step: &'static str, op: Op, acts: impl IntoIterator<Item = Act>) {
        self.script.lock().unwrap().insert((step, op), acts.into_iter().collect());
    }

    /// Everything that happened for a saga, in order.
    pub(crate) fn effects(&self, saga: &str) -> Vec<(&'static str, Op)> {
        let books = self.books.lock().unwrap();
        books.iter().filter(|(of, ..)| of == saga).map(|(_, step, op)| (*step, *op)).collect()
    }

    /// The steps whose effects are there now.
    pub(crate) fn held(&self, saga: &str) -> Vec<&'static str> {
        let effects = self.effects(saga);
        let executed = effects.iter().filter(|(_, op)| *op == Op::Execute).map(|(step, _)| *step);
        executed.filter(|step| !effects.contains(&(*step, Op::Compensate))).collect()
    }

    pub(crate) async fn execute(&self, step: &'static str, ctx: &StepCtx) -> Result<(), StepError> {
        self.act(step, Op::Execute, ctx, true).await
    }

    pub(crate) async fn compensate(
        &self,
        step: &'static str,
        ctx: &StepCtx,
    ) -> Result<Compensated, StepError> {
        if !ctx.effect_possible() {
            return Ok(Compensated::NothingHappened);
        }
        let found = self.effects(ctx.saga().as_str()).contains(&(step, Op::Execute));
        self.act(step, Op::Compensate, ctx, found).await?;
        Ok(if found { Compensated::Undone } else { Compensated::NothingFound })
    }

    async fn act(&self, step: &'static str, op: Op, ctx: &StepCtx, effect: bool) -> Result<(), StepError> {
        let act = self.script.lock().unwrap().get_mut(&(step, op)).and_then(VecDeque::pop_front);
        let (effect, answer) = match act {
            None => (effect, Ok(())),
            Some(Act::Fail(error)) => (false, Err(error)),
            Some(Act::FailAfter(error)) => (effect, Err(error)),
            Some(Act::Hang) => std::future::pending().await,
        };
        let entry = (ctx.saga().to_string(), step, op);
        let mut books = self.books.lock().unwrap();
        // A repeat has no second effect.
        if effect && !books.contains(&entry) {
            books.push(entry);
        }
        answer
    }
}
