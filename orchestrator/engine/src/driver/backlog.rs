//! What follows from things that are not durable yet.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::driver::command::Started;
use crate::driver::{StartAnswer, StartError};
use crate::interp::Invocation;
use crate::journal::ArchivedExecution;

/// Something to be done once what it follows from is durable.
pub(super) enum Effect {
    Invoke {
        execution: u64,
        invocation: Invocation,
    },
    /// It has ended: archive it, and tell those who wait.
    Finish {
        execution: Arc<ArchivedExecution>,
        waiters: Vec<oneshot::Sender<()>>,
    },
    /// Answer a start.
    Started {
        answer: StartAnswer,
        reply: oneshot::Sender<Started>,
    },
    /// Answer a question: what it tells must not be taken back.
    Answer(Box<dyn FnOnce() + Send>),
    /// Remove the segments before this one.
    Remove {
        before: u64,
    },
}

/// Effects in the order in which they came about.
#[derive(Default)]
pub(super) struct Backlog {
    waiting: VecDeque<Held>,
    bytes: usize,
    forgotten: Forgotten,
}

/// What nobody will ever know of. Whoever waits for it waits as long as there is a handle of the engine, which keeps it.
#[derive(Clone, Default)]
pub(super) struct Forgotten(Arc<Mutex<VecDeque<Held>>>);

struct Held {
    chunk: u64,
    bytes: usize,
    effects: Vec<Effect>,
}

impl Backlog {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many bytes wait for the journal.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Holds effects until the chunk is durable.
    pub(super) fn hold(&mut self, chunk: u64, bytes: usize, effects: Vec<Effect>) {
        self.bytes += bytes;
        self.waiting.push_back(Held { chunk, bytes, effects });
    }

    /// The next effects that may be done.
    pub(super) fn release(&mut self, durable: u64) -> Option<Vec<Effect>> {
        if self.waiting.front()?.chunk > durable {
            return None;
        }
        let held = self.waiting.pop_front()?;
        self.bytes -= held.bytes;
        Some(held.effects)
    }

    /// Tells starters that the disk is full. What they asked for stays queued, and may start later.
    pub(super) fn answer_full(&mut self) {
        for held in &mut self.waiting {
            for effect in std::mem::take(&mut held.effects) {
                match effect {
                    Effect::Started { reply, .. } => {
                        drop(reply.send(Started::Answer(Err(StartError::Unknown))))
                    }
                    other => held.effects.push(other),
                }
            }
        }
    }

    /// Keeps everybody waiting: what they wait for may or may not have happened.
    pub(super) fn forget(&mut self) {
        let mut forgotten = self.forgotten.0.lock().unwrap_or_else(PoisonError::into_inner);
        forgotten.append(&mut self.waiting);
    }

    /// What keeps them waiting.
    pub(super) fn forgotten(&self) -> Forgotten {
        self.forgotten.clone()
    }
}
