//! The provider: attempts do what a script says, and what happened is in its books.
//!
//! It is not idempotent: what is asked twice happens twice, so that only the harness keeps it from happening.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

use amends_saga::{Compensated, Op, StepCtx, StepError};
use amends_types::{IdempotencyKey, Timestamp};

use crate::demo_saga::Receipt;

/// One thing that an attempt does. An attempt that comes to the end of its acts succeeds.
pub(crate) enum Act {
    /// Records the id of an object of the kind `thing`.
    Record(&'static str),
    /// Asks whether a call may begin.
    Limit,
    /// The effect happens: what an execute does is done, or what a compensate finds is undone.
    Effect,
    /// Waits until the gate opens.
    Hold(Gate),
    /// Ends with this error.
    Fail(StepError),
    /// A compensation says this, whatever is in the books.
    Say(Compensated),
    /// Our own mistake.
    Panic,
}

/// What an attempt can be suspended at.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<AtomicBool>);

impl Gate {
    pub(crate) fn open(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    async fn passed(&self) {
        let closed = || !self.0.load(Ordering::SeqCst);
        poll_fn(|_| if closed() { Poll::Pending } else { Poll::Ready(()) }).await;
    }
}

/// What an attempt was told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) step: &'static str,
    pub(crate) op: Op,
    pub(crate) key: IdempotencyKey,
    pub(crate) other_key: IdempotencyKey,
    pub(crate) first_started: Timestamp,
    pub(crate) effect_possible: bool,
    pub(crate) object: Option<String>,
    pub(crate) output: Option<Receipt>,
}

#[derive(Default)]
pub(crate) struct Provider {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    scripts: BTreeMap<(&'static str, &'static str), VecDeque<Vec<Act>>>,
    books: Vec<(&'static str, Op)>,
    seen: Vec<Seen>,
}

impl Provider {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What the next attempt that has no script yet does. Without one it has its effect and succeeds.
    pub(crate) fn script(&self, step: &'static str, op: Op, acts: impl IntoIterator<Item = Act>) {
        let mut state = self.state();
        let scripts = state.scripts.entry((step, op.name())).or_default();
        scripts.push_back(acts.into_iter().collect());
    }

    /// All attempts, in order.
    pub(crate) fn all_seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// An execute that was sent long ago has its effect now.
    pub(crate) fn arrive_late(&self, step: &'static str) {
        self.state().books.push((step, Op::Execute));
    }

    /// How often the effect of `op` happened.
    pub(crate) fn effects(&self, step: &str, op: Op) -> usize {
        let state = self.state();
        state.books.iter().filter(|entry| **entry == (step, op)).count()
    }

    /// Everything that happened, in order.
    pub(crate) fn books(&self) -> Vec<(&'static str, Op)> {
        self.state().books.clone()
    }

    /// What the attempts at `op` of a step were told.
    pub(crate) fn seen(&self, step: &str, op: Op) -> Vec<Seen> {
        let state = self.state();
        let seen = state.seen.iter().filter(|seen| seen.step == step && seen.op == op);
        seen.cloned().collect()
    }

    pub(crate) async fn execute(&self, step: &'static str, ctx: &StepCtx) -> Result<Receipt, StepError> {
        self.run(step, ctx, None).await?;
        Ok(Receipt { number: 1 })
    }

    pub(crate) async fn compensate(
        &self,
        step: &'static str,
        ctx: &StepCtx,
        output: Option<Receipt>,
    ) -> Result<Compensated, StepError> {
        self.run(step, ctx, output).await
    }

    async fn run(
        &self,
        step: &'static str,
        ctx: &StepCtx,
        output: Option<Receipt>,
    ) -> Result<Compensated, StepError> {
        let mut found = Compensated::NothingFound;
        for act in self.begin(step, ctx, output) {
            match act {
                Act::Record(id) => ctx.record_object("thing", id).await?,
                Act::Limit => drop(ctx.call_limit()?),
                Act::Effect => found = self.enter(step, ctx.op()),
                Act::Hold(gate) => gate.passed().await,
                Act::Fail(error) => return Err(error),
                Act::Say(compensated) => found = compensated,
                Act::Panic => panic!("scripted"),
            }
        }
        Ok(found)
    }

    fn begin(&self, step: &'static str, ctx: &StepCtx, output: Option<Receipt>) -> Vec<Act> {
        let mut state = self.state();
        state.seen.push(Seen {
            step,
            op: ctx.op(),
            key: ctx.key("effect"),
            other_key: ctx.key("other"),
            first_started: ctx.first_started(),
            effect_possible: ctx.effect_possible(),
            object: ctx.object("thing").map(str::to_owned),
            output,
        });
        let scripts = state.scripts.get_mut(&(step, ctx.op().name()));
        scripts.and_then(VecDeque::pop_front).unwrap_or_else(|| vec![Act::Effect])
    }

    fn enter(&self, step: &'static str, op: Op) -> Compensated {
        if op == Op::Compensate && self.effects(step, Op::Execute) == self.effects(step, Op::Compensate) {
            return Compensated::NothingFound;
        }
        self.state().books.push((step, op));
        Compensated::Undone
    }
}
