//! What a Parallel and a Map state have in common: threads that begin, and what has come of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use amends_asl::{State, StateKind, StateMachine};
use serde_json::Value;

use super::failure::Failure;
use super::map::{Items, MapRun, MapRunUpdate, Tolerance, children_at_once};
use super::thread::Kept;
use super::visit::Visit;

/// The threads of a Parallel or a Map state.
#[derive(Debug, Clone)]
pub(super) struct Fork {
    /// What each is to be given.
    pub(super) work: Work,
    /// What has come of each that has ended well.
    outputs: Vec<Option<Arc<Value>>>,
    /// The first that has not begun.
    next: usize,
    /// Those before it that are to begin once more, in falling order.
    again: Vec<usize>,
    running: usize,
    failed: usize,
    /// How many may run at once.
    at_once: usize,
    /// Child executions that did not end well, by their index, in case the execution is redriven.
    kept: BTreeMap<usize, Kept>,
}

/// What the threads are given.
#[derive(Debug, Clone)]
pub(super) enum Work {
    /// The branches of a Parallel state, all the same.
    Branches(Arc<Value>),
    /// The items of a Map state.
    Items(Items),
}

impl Fork {
    pub(super) fn new(work: Work, total: usize, at_once: usize) -> Self {
        let (outputs, again, kept) = (vec![None; total], Vec::new(), BTreeMap::new());
        Self { work, outputs, next: 0, again, running: 0, failed: 0, at_once, kept }
    }

    /// The next one that is to begin now, which is then running.
    pub(super) fn begin(&mut self) -> Option<usize> {
        if self.running >= self.at_once || !self.has_more() {
            return None;
        }
        self.running += 1;
        Some(self.again.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        }))
    }

    fn has_more(&self) -> bool {
        !self.again.is_empty() || self.next < self.outputs.len()
    }

    /// After a failure of the whole: those that run on, or else those that are to begin again, make it complete.
    pub(super) fn revive(&mut self, running: impl Iterator<Item = usize>) {
        let running: Vec<_> = running.collect();
        let is_left = |index: &usize| self.outputs[*index].is_none() && !running.contains(index);
        self.again = (0..self.next).rev().filter(is_left).collect();
        self.running = running.len();
        self.failed = 0;
    }

    /// Keeps a child that did not end well.
    pub(super) fn keep(&mut self, index: usize, child: Kept) {
        self.kept.insert(index, child);
    }

    /// A child that is to go on from where it was, rather than begin.
    pub(super) fn take_kept(&mut self, index: usize) -> Option<Kept> {
        self.kept.remove(&index)
    }

    /// Changes how many may run at once and how many may fail; what the whole fails with, if too many already have.
    pub(super) fn update(&mut self, update: MapRunUpdate) -> Option<Failure> {
        if let Some(asked) = update.max_concurrency {
            self.at_once = children_at_once(u64::from(asked));
        }
        if let Work::Items(items) = &mut self.work {
            items.update(update);
        }
        let tolerance = self.tolerance().filter(|_| self.failed > 0)?;
        tolerance.exceeded(self.failed, self.outputs.len())
    }

    /// One ended well.
    pub(super) fn succeeded(&mut self, index: usize, output: Arc<Value>) {
        self.running -= 1;
        self.outputs[index] = Some(output);
    }

    /// One failed; what the whole fails with, if that was one too many.
    pub(super) fn failed(&mut self, failure: Failure) -> Option<Failure> {
        self.running -= 1;
        self.failed += 1;
        match self.tolerance() {
            None => Some(failure),
            Some(tolerance) => tolerance.exceeded(self.failed, self.outputs.len()),
        }
    }

    /// How many may fail; `None` if the first failure is that of the whole.
    pub(super) fn tolerance(&self) -> Option<Tolerance> {
        match &self.work {
            Work::Branches(_) => None,
            Work::Items(items) => items.tolerance,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.running == 0 && !self.has_more()
    }

    /// What all of them have come to: a list, without those that failed.
    pub(super) fn take_outputs(&mut self) -> Value {
        let outputs = std::mem::take(&mut self.outputs);
        Value::Array(outputs.into_iter().flatten().map(Arc::unwrap_or_clone).collect())
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    pub(super) fn total(&self) -> usize {
        self.outputs.len()
    }

    /// What a branch of a Parallel state is given.
    pub(super) fn branch_input(&self) -> Option<&Arc<Value>> {
        match &self.work {
            Work::Branches(input) => Some(input),
            Work::Items(_) => None,
        }
    }

    pub(super) fn items(&self) -> Option<&Items> {
        match &self.work {
            Work::Branches(_) => None,
            Work::Items(items) => Some(items),
        }
    }

    /// The map run, if its threads are child executions.
    pub(super) fn run(&self) -> Option<&MapRun> {
        self.items().and_then(|items| items.run.as_ref())
    }

    pub(super) fn run_mut(&mut self) -> Option<&mut MapRun> {
        match &mut self.work {
            Work::Branches(_) => None,
            Work::Items(items) => items.run.as_mut(),
        }
    }

    /// The ARN of the map run, if its threads are child executions.
    pub(super) fn run_arn(&self) -> Option<&Arc<str>> {
        self.run().map(|run| &run.arn)
    }
}

/// The machine that a state's thread runs.
pub(super) fn machine(state: &State, index: usize) -> Option<&Arc<StateMachine>> {
    match &state.kind {
        StateKind::Parallel(parallel) => parallel.branches.get(index),
        StateKind::Map(map) => Some(&map.processor.machine),
        _ => None,
    }
}

/// The fork that a visit waits for.
pub(super) fn of(visit: &mut Visit) -> Option<&mut Fork> {
    match &mut visit.awaits {
        super::visit::Awaits::Threads(fork) => Some(fork),
        _ => None,
    }
}
