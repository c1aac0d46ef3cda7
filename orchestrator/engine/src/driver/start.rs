//! Starting an execution, once per name.
//!
//! Step Functions' rule (API reference of StartExecution): an equal repetition is answered like the first while the
//! execution runs; every other use of a taken name is `ExecutionAlreadyExists`.

use std::sync::atomic::Ordering;

use tokio::sync::oneshot;

use crate::driver::backlog::Effect;
use crate::driver::command::{Key, Start, Started};
use crate::driver::core::Core;
use crate::driver::execution::Live;
use crate::driver::{StartAnswer, StartError};
use crate::interp::Input;
use crate::journal::Entry;

impl Core {
    /// Whether there is room for more executions now; if not, starters wait.
    pub(super) fn accepts_starts(&self) -> bool {
        self.closing.is_none()
            && self.backlog.bytes() < self.limits.unsynced_bytes
            && self.finished.len() < self.limits.unarchived
    }

    /// Starts an execution, unless its name is taken.
    pub(super) fn start(&mut self, start: Start) {
        let key = Key { machine: start.machine.name.clone(), name: start.name.clone() };
        if let Some(number) = self.names.get(&key) {
            return self.repeat_start(*number, start);
        }
        // The archive was asked before it was in this queue. What moved there since, it did not find there.
        if start.as_of != self.moves.load(Ordering::Relaxed) {
            return drop(start.reply.send(Started::LookAgain(start.input)));
        }
        if let Err(error) = self.check_room() {
            return refuse(start.reply, error);
        }
        let number = self.next_number;
        self.next_number += 1;
        let (definition, name) = (start.machine.id(), &start.name);
        Entry::Opened { execution: number, definition, name }.put(&mut self.chunk);
        let oldest = self.segments.current();
        self.segments.hold(number, oldest);
        let answer = StartAnswer {
            execution_arn: start.machine.execution_arn(&start.name),
            started: self.now,
            existed: false,
        };
        self.open.insert(number, Live::new(number, start.machine, start.name, oldest));
        self.names.insert(key, number);
        self.effects.push(Effect::Started { answer, reply: start.reply });
        self.happen(number, Input::Started { input: start.input });
    }

    fn repeat_start(&mut self, number: u64, start: Start) {
        match self.open.get(&number) {
            Some(live) if *live.execution.input() == start.input => {
                let answer = StartAnswer {
                    execution_arn: live.machine.execution_arn(&live.name),
                    started: live.execution.started_at(),
                    existed: true,
                };
                self.effects.push(Effect::Started { answer, reply: start.reply });
            }
            _ => refuse(start.reply, StartError::AlreadyExists(start.name.to_string())),
        }
    }

    fn check_room(&self) -> Result<(), StartError> {
        if self.progress.full {
            return Err(StartError::StorageFull);
        }
        if self.open.len() >= self.limits.open_executions {
            return Err(StartError::LimitExceeded(self.open.len()));
        }
        Ok(())
    }
}

fn refuse(reply: oneshot::Sender<Started>, error: StartError) {
    // The starter may have given up.
    drop(reply.send(Started::Answer(Err(error))));
}
