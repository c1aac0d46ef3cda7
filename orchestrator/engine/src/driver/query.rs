//! Everything else that the loop is asked.
//!
//! Answers wait until everything is durable that they could tell: what has once been seen is never taken back.

use serde_json::Value;
use tokio::sync::oneshot;

use crate::driver::backlog::Effect;
use crate::driver::command::{Command, Key, Known};
use crate::driver::core::{Closing, Core};
use crate::driver::execution::Live;
use crate::driver::{ExecutionSummary, StopError, TaskFailure};
use crate::interp::{Input, TaskId};
use crate::journal::ListFilter;

impl Core {
    /// Does what was asked.
    pub(super) fn handle(&mut self, command: Command) {
        match command {
            Command::TaskDone { execution, task, result, is_counted } => {
                self.in_flight -= usize::from(is_counted);
                self.calls.remove(&(execution, task));
                self.task_done(execution, task, result);
            }
            Command::TaskSubmitted { execution, task, output } => {
                self.in_flight -= 1;
                if self.calls.get(&(execution, task)).is_some_and(oneshot::Sender::is_closed) {
                    self.calls.remove(&(execution, task));
                }
                self.happen(execution, Input::TaskSubmitted { task, output });
            }
            Command::CallBack { token, callback, reply } => {
                let answer = self.call_back(&token, callback);
                self.answer(reply, answer);
            }
            Command::PollActivity { arn, poll } => self.poll_activity(arn, poll),
            Command::Happen { key, input, reply } => {
                let answer = match self.open_number(&key) {
                    Some(number) => {
                        self.happen(number, input);
                        Ok(self.now)
                    }
                    None => Err(StopError::NotRunning(key.name.to_string())),
                };
                self.answer(reply, answer);
            }
            Command::Describe { key, reply } => {
                let description = self.known(&key, Live::describe);
                self.answer(reply, description);
            }
            Command::Tape { key, reply } => {
                let tape = self.known(&key, |live| (live.machine.clone(), live.tape.as_bytes().to_vec()));
                self.answer(reply, tape);
            }
            Command::WaitEnd { key, reply } => self.wait_end(&key, reply),
            Command::List { filter, reply } => {
                let list = self.list(&filter);
                self.answer(reply, list);
            }
            Command::Ended { key, reply } => {
                let known = self.known(&key, |_| ());
                self.answer(reply, known);
            }
            Command::Reopen(reopen) => self.reopen(reopen),
            Command::WhichOpen { mut numbers, reply } => {
                numbers.retain(|number| self.open.contains_key(number));
                self.answer(reply, numbers.into_iter().collect());
            }
            Command::CountOpen { reply } => self.answer(reply, self.open.len()),
            Command::Shutdown { reply } => {
                let deadline = self.now.plus(self.limits.shutdown);
                let closing = self.closing.get_or_insert(Closing { deadline, replies: Vec::new() });
                closing.replies.push(reply);
            }
        }
    }

    fn wait_end(&mut self, key: &Key, reply: oneshot::Sender<()>) {
        match self.open_number(key).and_then(|number| self.open.get_mut(&number)) {
            Some(live) => live.waiters.push(reply),
            None => self.answer(reply, ()),
        }
    }

    fn task_done(&mut self, execution: u64, task: TaskId, result: Result<Value, TaskFailure>) {
        let input = match result {
            Ok(output) => Input::TaskSucceeded { task, output },
            Err(TaskFailure { error, cause }) => Input::TaskFailed { task, error, cause },
        };
        self.happen(execution, input);
    }

    fn known<T>(&self, key: &Key, of_open: impl FnOnce(&Live) -> T) -> Option<Known<T>> {
        let number = self.names.get(key)?;
        match self.open.get(number) {
            Some(live) => Some(Known::Open(of_open(live))),
            None => self.finished.get(number).map(|finished| Known::Finished(finished.row.clone())),
        }
    }

    fn open_number(&self, key: &Key) -> Option<u64> {
        self.names.get(key).copied().filter(|number| self.open.contains_key(number))
    }

    pub(super) fn answer<T: Send + 'static>(&mut self, reply: oneshot::Sender<T>, answer: T) {
        // Whoever asked may have gone.
        self.effects.push(Effect::Answer(Box::new(move || drop(reply.send(answer)))));
    }

    fn list(&self, filter: &ListFilter) -> Vec<ExecutionSummary> {
        let finished = self.finished.values().map(|finished| ExecutionSummary::from(finished.row.as_ref()));
        let mut list: Vec<_> = self.open.values().map(Live::summary).chain(finished).collect();
        list.retain(|line| {
            filter.machine.as_deref().is_none_or(|machine| machine == &*line.machine)
                && filter.status.is_none_or(|status| status == line.status)
                && filter.before.is_none_or(|before| line.number < before)
        });
        list.sort_unstable_by_key(|line| std::cmp::Reverse(line.number));
        list.truncate(filter.limit);
        list
    }
}
