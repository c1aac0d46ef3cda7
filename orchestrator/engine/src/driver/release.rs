//! What is done once it is durable, and what comes back from the archiver.

use std::sync::atomic::Ordering;

use crate::driver::backlog::Effect;
use crate::driver::command::{Command, Key, Started};
use crate::driver::core::Core;
use crate::driver::worker;
use crate::interp::Invocation;
use crate::journal::{Done, Entry, Job, Progress};

impl Core {
    /// The journal has got further, or cannot.
    pub(super) fn progressed(&mut self, progress: Progress) {
        if progress.full && !self.progress.full {
            self.backlog.answer_full();
        }
        self.progress = progress;
        if progress.broken {
            return self.backlog.forget();
        }
        while let Some(effects) = self.backlog.release(progress.durable) {
            effects.into_iter().for_each(|effect| self.perform(effect));
        }
        self.invoke_ready();
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Invoke { execution, invocation } => self.ready.push_back((execution, invocation)),
            Effect::Finish { execution, waiters } => {
                self.archiver.submit(Job::Store(execution));
                for waiter in waiters {
                    // It may have gone.
                    waiter.send(()).ok();
                }
            }
            Effect::Started { answer, reply } => drop(reply.send(Started::Answer(Ok(answer)))),
            Effect::Answer(answer) => answer(),
            Effect::Remove { before } => {
                let segments = self.segments.released(before);
                self.archiver.submit(Job::Remove(segments));
            }
        }
    }

    /// Hands tasks to workers while there is room.
    pub(super) fn invoke_ready(&mut self) {
        if self.closing.is_some() {
            return;
        }
        while self.in_flight < self.limits.tasks_in_flight
            && let Some((execution, invocation)) = self.ready.pop_front()
        {
            // Its time may have passed while it waited for room, or while no engine ran.
            if self.open.get(&execution).is_some_and(|live| live.execution.awaits(invocation.task)) {
                self.invoke(execution, invocation);
            }
        }
    }

    fn invoke(&mut self, execution: u64, invocation: Invocation) {
        self.in_flight += 1;
        let (task, name) = (invocation.task, self.open[&execution].name.clone());
        let (worker, inbox) = (self.invoker.worker.clone(), self.invoker.inbox.clone());
        self.invoker.spawn.spawn(Box::pin(async move {
            let result = worker::call(worker, name, invocation).await;
            // No inbox: the engine has ended, and the next one asks again.
            if let Some(inbox) = inbox.upgrade() {
                drop(inbox.send(Command::TaskDone { execution, task, result }).await);
            }
        }));
    }

    /// The archiver has done something.
    pub(super) fn archived(&mut self, done: Done) {
        match done {
            Done::Stored(numbers) => {
                for number in numbers {
                    let Some(finished) = self.finished.remove(&number) else { continue };
                    self.segments.let_go(number, finished.oldest);
                    self.names.remove(&Key::new(&finished.row.machine, &finished.row.name));
                }
                self.moves.fetch_add(1, Ordering::Release);
            }
            // That the archive is durable must be on record before the log forgets.
            Done::Synced { before } => {
                Entry::Released { before }.put(&mut self.chunk);
                self.effects.push(Effect::Remove { before });
            }
        }
    }

    /// Begins to release the segments that nobody needs any more.
    pub(super) fn release_segments(&mut self) {
        if let Some(before) = self.segments.begin_release() {
            self.archiver.submit(Job::Sync { before });
        }
    }

    /// Whether a shutdown has nothing left to wait for.
    pub(super) fn is_closed(&self) -> bool {
        let Some(closing) = &self.closing else { return self.progress.broken };
        let idle = self.in_flight == 0 && self.backlog.is_empty() && self.finished.is_empty();
        idle || self.now >= closing.deadline || self.progress.broken
    }
}
