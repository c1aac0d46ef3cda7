//! What is done once it is durable, and what comes back from the archiver.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amends_asl::{Integration, Pattern, Resource};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::driver::backlog::Effect;
use crate::driver::command::{Command, Key, Started};
use crate::driver::core::Core;
use crate::driver::service::{Abandoned, Submission};
use crate::driver::worker;
use crate::driver::{ServiceCall, TaskFailure};
use crate::interp::{Invocation, TaskId};
use crate::journal::{Done, Entry, Job, Progress};

/// How often the archive is looked through.
const FORGETS_EVERY: Duration = Duration::from_secs(60 * 60);

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
            } else {
                self.end_job(execution, invocation);
            }
        }
    }

    /// Nobody waits for the answer any more. A job that an engine before this one began is to be stopped nevertheless,
    /// by whoever finds it again.
    fn end_job(&mut self, execution: u64, invocation: Invocation) {
        let integration = Resource::parse(&invocation.resource).map(|resource| resource.integration);
        let Some(Integration::Service { service, action, pattern: Pattern::Sync }) = integration else {
            return;
        };
        let task = invocation.task;
        self.call_service(execution, (service, action, Pattern::Sync), invocation);
        if let Some(call) = self.calls.remove(&(execution, task)) {
            // The call has only begun, and is there to hear it.
            call.send(()).ok();
        }
    }

    /// The ARN of an execution that is open, or on its way to the archive.
    fn execution_arn(&self, execution: u64) -> Option<Arc<str>> {
        let arn = match self.open.get(&execution) {
            Some(live) => live.machine.execution_arn(&live.name),
            None => {
                let finished = self.finished.get(&execution)?;
                finished.machine.execution_arn(&finished.row.name)
            }
        };
        Some(arn.into())
    }

    fn invoke(&mut self, execution: u64, invocation: Invocation) {
        let integration = Resource::parse(&invocation.resource).map(|resource| resource.integration);
        match integration {
            Some(Integration::Activity) => self.offer(execution, invocation),
            Some(Integration::Service { service, action, pattern }) if &*service != "lambda" => {
                self.call_service(execution, (service, action, pattern), invocation);
            }
            Some(Integration::Service { pattern: Pattern::WaitForTaskToken, .. }) => {
                self.call_lambda(execution, true, invocation);
            }
            _ => self.call_lambda(execution, false, invocation),
        }
    }

    /// Calls a Lambda function. Its answer is the task's, or only says that the token has been passed on.
    fn call_lambda(&mut self, execution: u64, by_token: bool, invocation: Invocation) {
        self.in_flight += 1;
        let (task, name) = (invocation.task, self.open[&execution].name.clone());
        let (worker, inbox) = (self.invoker.worker.clone(), self.invoker.inbox.clone());
        self.invoker.spawn.spawn(Box::pin(async move {
            let result = worker::call(worker, name, invocation).await;
            // No inbox: the engine has ended, and the next one asks again.
            if let Some(inbox) = inbox.upgrade() {
                drop(inbox.send(answered(execution, task, result, by_token, true)).await);
            }
        }));
    }

    fn call_service(
        &mut self,
        execution: u64,
        (service, action, pattern): (Arc<str>, Arc<str>, Pattern),
        invocation: Invocation,
    ) {
        let Some(execution_arn) = self.execution_arn(execution) else { return };
        self.in_flight += 1;
        let (worker, inbox) = (self.invoker.worker.clone(), self.invoker.inbox.clone());
        let is_reported = Arc::new(AtomicBool::new(false));
        let Invocation { task, parameters, secret: seed, .. } = invocation;
        let (abandon, abandoned) = oneshot::channel();
        self.calls.insert((execution, task), abandon);
        let call = ServiceCall {
            execution_arn,
            service,
            action,
            pattern,
            parameters,
            seed,
            submission: Submission {
                inbox: inbox.clone(),
                execution,
                task,
                is_reported: is_reported.clone(),
            },
            abandoned: Abandoned(abandoned),
        };
        let by_token = pattern == Pattern::WaitForTaskToken;
        self.invoker.spawn.spawn(Box::pin(async move {
            let result = worker::call_service(worker, call).await;
            if let Some(inbox) = inbox.upgrade() {
                // Reported once more, it would be counted twice.
                let is_counted = !is_reported.swap(true, Ordering::AcqRel);
                drop(inbox.send(answered(execution, task, result, by_token, is_counted)).await);
            }
        }));
    }

    /// The archiver has done something.
    pub(super) fn archived(&mut self, done: Done) {
        match done {
            Done::Stored(rows) => {
                for row in rows.iter() {
                    // It may have been redriven, and have ended again, since.
                    let is_it = self.finished.get(&row.number).is_some_and(|it| Arc::ptr_eq(&it.row, row));
                    if !is_it {
                        continue;
                    }
                    let number = row.number;
                    let Some(finished) = self.finished.remove(&number) else { continue };
                    self.segments.let_go(number, finished.oldest);
                    self.names.remove(&Key::new(&finished.row.machine, &finished.row.name));
                }
                self.moves.fetch_add(1, Ordering::Release);
            }
            // That the archive is durable must be on record before the log forgets.
            Done::Synced { before } => {
                Entry::Released { before }.put(&mut self.chunk);
                // The segments that told of the last executions may be among those that go.
                Entry::Numbered { next: self.next_number }.put(&mut self.chunk);
                self.effects.push(Effect::Remove { before });
            }
            Done::Forgotten { before } => self.archiver.submit(Job::Forget { before }),
        }
    }

    /// Has what has been kept for long enough forgotten, now and then. What is open is not in the archive, or will come
    /// there again.
    pub(super) fn forget_if_due(&mut self) {
        let Some(retention) = self.limits.retention.filter(|_| self.now >= self.forgets_at) else { return };
        self.forgets_at = self.now.plus(FORGETS_EVERY);
        self.archiver.submit(Job::Forget { before: self.now.minus(retention) });
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

fn answered(
    execution: u64,
    task: TaskId,
    result: Result<Value, TaskFailure>,
    by_token: bool,
    is_counted: bool,
) -> Command {
    match result {
        Ok(output) if by_token && is_counted => Command::TaskSubmitted { execution, task, output },
        result => Command::TaskDone { execution, task, result, is_counted },
    }
}
