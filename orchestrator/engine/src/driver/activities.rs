//! Activities: tasks that wait for a worker, and workers that wait for a task. Both are in memory only: after a restart
//! the tasks are queued again, and workers ask again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::driver::ActivityTask;
use crate::driver::core::Core;
use crate::interp::{Input, Invocation, TaskId, TaskToken};

/// All queues, by the activity's ARN.
#[derive(Default)]
pub(super) struct Activities {
    queues: HashMap<Arc<str>, Queue>,
}

/// Of the two, one is empty.
#[derive(Default)]
struct Queue {
    tasks: VecDeque<Waiting>,
    workers: VecDeque<Poll>,
}

struct Waiting {
    execution: u64,
    task: TaskId,
    secret: u64,
    input: Value,
}

/// A worker that asks for a task.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) worker: Option<String>,
    pub(super) reply: oneshot::Sender<ActivityTask>,
}

impl Core {
    /// Queues the task of an activity, or gives it to a worker that waits.
    pub(super) fn offer(&mut self, execution: u64, invocation: Invocation) {
        let Invocation { task, resource, parameters, secret } = invocation;
        if !self.invoker.worker.has_activity(&resource) {
            let cause = format!("The activity {resource} does not exist.");
            return self.happen(execution, Input::TaskRefused { task, cause });
        }
        self.happen(execution, Input::TaskAccepted { task });
        let waiting = Waiting { execution, task, secret, input: parameters };
        let queue = self.activities.queues.entry(resource).or_default();
        while let Some(poll) = queue.workers.pop_front() {
            if !poll.reply.is_closed() {
                return self.hand_over(waiting, poll);
            }
        }
        queue.tasks.push_back(waiting);
    }

    /// Gives a worker the task that has waited longest, or lets it wait.
    pub(super) fn poll_activity(&mut self, arn: Arc<str>, poll: Poll) {
        let Self { activities, open, .. } = self;
        let queue = activities.queues.entry(arn).or_default();
        let next = std::iter::from_fn(|| queue.tasks.pop_front()).find(|waiting| {
            open.get(&waiting.execution).is_some_and(|live| live.execution.awaits(waiting.task))
        });
        match next {
            Some(waiting) => self.hand_over(waiting, poll),
            None => {
                queue.workers.retain(|poll| !poll.reply.is_closed());
                queue.workers.push_back(poll);
            }
        }
    }

    fn hand_over(&mut self, waiting: Waiting, poll: Poll) {
        let Waiting { execution, task, secret, input } = waiting;
        let Some(live) = self.open.get(&execution) else { return };
        let execution_arn = live.machine.execution_arn(&live.name);
        let token = TaskToken { execution_arn, task, secret }.to_string();
        self.happen(execution, Input::TaskStarted { task, worker: poll.worker });
        // A worker that has gone meanwhile loses it: the task's heartbeat, or its time limit, gives it to the next.
        self.answer(poll.reply, ActivityTask { token, input });
    }
}
