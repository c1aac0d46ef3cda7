//! An execution: the fold of everything that happened to it.
//!
//! Between two occurrences each of its threads either visits a state that waits for something, or has ended. Within one
//! they run from state to state; the history limit bounds how far.

use std::sync::Arc;
use std::time::Duration;

use amends_asl::{StateKind, StateMachine};
use amends_types::Timestamp;
use serde_json::Value;

use super::failure::Failure;
use super::frame::Frame;
use super::identity::Identity;
use super::occurrence::{Action, Input, Occurrence, Outcome, TaskId, TimerId};
use super::run::{Flow, Queue, Step, work};
use super::task::{self, Answer};
use super::thread::{Thread, Threads};
use super::turn::{Counters, Line, Turn};
use super::visit::{Awaits, Timer, Visit, Waiting};
use super::wait;
use crate::history::{Event, HistorySink};

/// One execution of a state machine.
#[derive(Debug, Clone)]
pub struct Execution {
    pub(super) machine: Arc<StateMachine>,
    pub(super) frame: Arc<Frame>,
    pub(super) counters: Counters,
    /// Those that wait for something; none before the start and after the end.
    pub(super) threads: Threads,
    /// For the machine's own time limit.
    pub(super) limit: Option<Timer>,
    pub(super) outcome: Option<Outcome>,
    /// The thread whose failure is being dealt with.
    pub(super) failed: Option<Thread>,
    /// After an end that was not a success: where everything stood, for a redrive.
    pub(super) stopped: Vec<Thread>,
}

impl Execution {
    /// An execution that waits for [`Input::Started`].
    pub fn new(machine: Arc<StateMachine>, identity: Identity) -> Self {
        Self {
            machine,
            frame: Arc::new(Frame::new(identity)),
            counters: Counters::default(),
            threads: Threads::default(),
            limit: None,
            outcome: None,
            failed: None,
            stopped: Vec::new(),
        }
    }

    /// Lets something happen, and appends what must be done next to `actions`.
    ///
    /// - What refers to a task or a timer that is no longer awaited changes nothing.
    /// - The same occurrences in the same order always give the same actions and the same history.
    pub fn apply(&mut self, occurrence: Occurrence, sink: &mut dyn HistorySink, actions: &mut Vec<Action>) {
        let start = (std::mem::take(&mut self.counters), Line::new(Arc::clone(&self.frame)));
        let mut turn = Turn::new(occurrence.at, occurrence.entropy, sink, actions, start);
        match occurrence.input {
            Input::Started { input } => self.start(Arc::new(input), &mut turn),
            Input::TaskSucceeded { task, output } => {
                self.answer(Answer { task, result: Ok(output) }, &mut turn);
            }
            Input::TaskFailed { task, error, cause } => {
                self.answer(Answer { task, result: Err(Failure::attempt(error, Some(cause))) }, &mut turn);
            }
            Input::TaskSubmitted { task, output } => self.notice(task, Notice::Submitted(output), &mut turn),
            Input::TaskAccepted { task } => self.notice(task, Notice::Accepted, &mut turn),
            Input::TaskRefused { task, cause } => self.refused(task, &cause, &mut turn),
            Input::TaskStarted { task, worker } => self.notice(task, Notice::Started(worker), &mut turn),
            Input::TaskHeartbeat { task } => self.notice(task, Notice::Heartbeat, &mut turn),
            Input::TimerFired { timer } => self.fire(timer, &mut turn),
            Input::Redriven => self.redrive(&mut turn),
            Input::MapRunUpdated { arn, update } => self.update_map_run(&arn, update, &mut turn),
            Input::ChildStopped { arn, error, cause } => self.stop_child(&arn, error, cause, &mut turn),
            Input::Stopped { error, cause } => {
                if self.is_open() {
                    let event = {
                        let (error, cause) = (error.clone(), cause.clone());
                        || Event::ExecutionAborted { error, cause }
                    };
                    self.end(Outcome::Aborted { error, cause }, event, None, &mut turn);
                }
            }
        }
        self.counters = turn.counters;
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The name of the state that it is in.
    pub fn current_state(&self) -> Option<&str> {
        let (thread, visit) = self.visited()?;
        Some(&thread.state(visit).name)
    }

    /// What it waits for, for people.
    pub fn waiting(&self) -> Option<Waiting<'_>> {
        let (thread, visit) = self.visited()?;
        match &visit.awaits {
            Awaits::Nothing | Awaits::Broken(_) => None,
            Awaits::Answer(attempt) => match &thread.state(visit).kind {
                StateKind::Task(task) => Some(Waiting::Task {
                    resource: &task.resource.arn,
                    retries: visit.retry_count(),
                    since: attempt.since,
                    until: visit.awaits.timers().map(|timer| timer.at).min(),
                }),
                _ => None,
            },
            Awaits::Backoff { timer, error } => {
                Some(Waiting::Retry { error, retries: visit.retry_count(), at: timer.at })
            }
            Awaits::Time(timer) => Some(Waiting::Time { until: timer.at }),
            Awaits::Threads(fork) => Some(Waiting::Branches { running: fork.running(), total: fork.total() }),
        }
    }

    /// What is outstanding: after a restart, tasks to invoke again and timers to set again.
    pub fn pending(&self) -> Vec<Action> {
        let timers = self.limit.into_iter().chain(self.threads.iter().flat_map(Thread::timers));
        let mut actions: Vec<_> =
            timers.map(|timer| Action::SetTimer { timer: timer.id, at: timer.at }).collect();
        for (thread, visit) in self.visits() {
            if let (Awaits::Answer(attempt), StateKind::Task(task)) =
                (&visit.awaits, &thread.state(visit).kind)
                && task::is_to_be_asked_again(task, attempt)
            {
                let scope = thread.scope(visit, attempt.since);
                actions.extend(task::invocation_again(task, attempt, scope).map(Action::Invoke));
            }
        }
        actions
    }

    /// Whether the answer to this attempt would still change anything.
    pub(crate) fn awaits(&self, task: TaskId) -> bool {
        self.visits().any(|(_, visit)| visit.awaits.answer_of(task))
    }

    /// The secret of an attempt that is awaited; see [`TaskToken`](super::TaskToken).
    pub fn secret_of(&self, task: TaskId) -> Option<u64> {
        self.visits().find_map(|(_, visit)| match &visit.awaits {
            Awaits::Answer(attempt) if attempt.task == task => Some(attempt.secret),
            _ => None,
        })
    }

    /// How many events its history has so far.
    pub fn event_count(&self) -> u32 {
        self.counters.last_event()
    }

    /// How often it has been redriven.
    pub fn redrive_count(&self) -> u32 {
        self.frame.redrives
    }

    /// When it was redriven last.
    pub fn redriven_at(&self) -> Option<Timestamp> {
        self.frame.redriven_at
    }

    /// When it started; the beginning of time if it has not.
    pub fn started_at(&self) -> Timestamp {
        self.frame.started_at
    }

    /// Its input; null if it has not started.
    pub fn input(&self) -> &Value {
        &self.frame.input
    }

    /// Whether it has started and not ended.
    fn is_open(&self) -> bool {
        self.outcome.is_none() && self.threads.iter().next().is_some()
    }

    fn visits(&self) -> impl Iterator<Item = (&Thread, &Visit)> {
        self.threads.iter().filter_map(|thread| Some((thread, thread.visit.as_ref()?)))
    }

    /// Where the execution itself is.
    fn visited(&self) -> Option<(&Thread, &Visit)> {
        self.visits().find(|(thread, _)| thread.parent.is_none())
    }

    fn start(&mut self, input: Arc<Value>, turn: &mut Turn<'_>) {
        if self.is_open() || self.outcome.is_some() {
            return;
        }
        let identity = self.frame.identity.clone();
        let role_arn = Arc::clone(&identity.role_arn);
        self.frame =
            Arc::new(Frame { input: Arc::clone(&input), started_at: turn.at, ..Frame::new(identity) });
        turn.line = Line::new(Arc::clone(&self.frame));
        turn.record_aside(|| Event::ExecutionStarted { input: Arc::clone(&input), role_arn });
        self.set_limit(turn);
        let root = Thread::root(Arc::clone(&self.machine), Arc::clone(&self.frame));
        let state = self.machine.start();
        self.run(root, Step::Enter { state, input }, turn);
    }

    /// Sets the machine's own time limit.
    pub(super) fn set_limit(&mut self, turn: &mut Turn<'_>) {
        if let Some(seconds) = self.machine.timeout_seconds() {
            let at = turn.at.plus(Duration::from_secs(u64::from(seconds)));
            self.limit = Some(turn.set_timer(at));
        }
    }

    fn answer(&mut self, answer: Answer, turn: &mut Turn<'_>) {
        let task = answer.task;
        let Some((mut thread, visit)) = self.take(|visit| visit.awaits.answer_of(task)) else { return };
        turn.line = thread.line.clone();
        turn.cancel(visit.awaits.timers(), None);
        let flow = match &thread.state(&visit).kind {
            StateKind::Task(task) => task::answered(task, answer, &thread.scope(&visit, turn.at), turn),
            // Nothing else waits for an answer.
            _ => return,
        };
        thread.line = turn.line.clone();
        self.run(thread, Step::Go { visit, flow }, turn);
    }

    fn refused(&mut self, task: TaskId, cause: &str, turn: &mut Turn<'_>) {
        let Some((thread, visit)) = self.take(|visit| visit.awaits.answer_of(task)) else { return };
        turn.cancel(visit.awaits.timers(), None);
        let failure = Failure::runtime(&thread.scope(&visit, turn.at), cause);
        self.run(thread, Step::Go { visit, flow: Err(failure) }, turn);
    }

    fn notice(&mut self, id: TaskId, notice: Notice, turn: &mut Turn<'_>) {
        let Some((mut thread, mut visit)) = self.take(|visit| visit.awaits.answer_of(id)) else { return };
        turn.line = thread.line.clone();
        let awaits = std::mem::replace(&mut visit.awaits, Awaits::Nothing);
        if let (Awaits::Answer(mut attempt), StateKind::Task(task)) = (awaits, &thread.state(&visit).kind) {
            let since = attempt.since;
            let scope = thread.scope(&visit, since);
            match notice {
                Notice::Accepted => task::accepted(task, &mut attempt, scope, turn),
                Notice::Submitted(output) => task::submitted(task, &mut attempt, output, &scope, turn),
                Notice::Started(worker) => task::started(task, &mut attempt, worker, &scope, turn),
                Notice::Heartbeat => task::heartbeat(&mut attempt, turn),
            }
            visit.awaits = Awaits::Answer(attempt);
        }
        thread.line = turn.line.clone();
        if turn.is_full() {
            return self.overflow(&thread, &mut Queue::new(), turn);
        }
        thread.visit = Some(visit);
        self.threads.put(thread);
    }

    fn fire(&mut self, timer: TimerId, turn: &mut Turn<'_>) {
        if self.limit.is_some_and(|limit| limit.id == timer) && self.is_open() {
            return self.end(Outcome::TimedOut, || Event::ExecutionTimedOut, Some(timer), turn);
        }
        if let Some(thread) =
            self.threads.take_if(|thread| thread.limit.is_some_and(|limit| limit.id == timer))
        {
            return self.child_cut(thread, Outcome::TimedOut, turn);
        }
        let is_awaited = |visit: &Visit| visit.awaits.timers().any(|each| each.id == timer);
        let Some((mut thread, visit)) = self.take(is_awaited) else { return };
        turn.line = thread.line.clone();
        turn.cancel(visit.awaits.timers(), Some(timer));
        let flow = fired(&thread, &visit, timer, turn);
        thread.line = turn.line.clone();
        self.run(thread, Step::Go { visit, flow }, turn);
    }

    /// Takes a thread out whose visit is that one.
    fn take(&mut self, is_it: impl Fn(&Visit) -> bool) -> Option<(Thread, Visit)> {
        let mut thread = self.threads.take_if(|thread| thread.visit.as_ref().is_some_and(&is_it))?;
        let visit = thread.visit.take()?;
        Some((thread, visit))
    }
}

/// What can be said of an attempt before its answer.
enum Notice {
    Accepted,
    Submitted(Value),
    Started(Option<String>),
    Heartbeat,
}

fn fired(thread: &Thread, visit: &Visit, timer: TimerId, turn: &mut Turn<'_>) -> Result<Flow, Failure> {
    let scope = thread.scope(visit, turn.at);
    match (&visit.awaits, &scope.state.kind) {
        (Awaits::Answer(attempt), StateKind::Task(task)) => {
            Err(task::timed_out(task, attempt, timer, &scope, turn))
        }
        (Awaits::Time(_), StateKind::Wait(wait)) => wait::leave(wait, &scope),
        // A backoff is over.
        _ => work(thread, visit, turn),
    }
}
