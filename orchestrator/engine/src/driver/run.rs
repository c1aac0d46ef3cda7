//! The loop: waits for the next thing, does everything that has come together, hands it to the journal.

use std::time::Duration;

use amends_types::{BoxFuture, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

use crate::driver::command::{Command, Start};
use crate::driver::core::Core;
use crate::journal::{Done, Progress};

/// How many requests are taken before the journal is given what came of them.
const TAKEN_AT_ONCE: usize = 256;

/// While the disk is full, how often the journal tries again.
const FULL_RETRY: Duration = Duration::from_millis(100);

/// Where things come from.
pub(super) struct Sources {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) starts: mpsc::Receiver<Start>,
    pub(super) progress: watch::Receiver<Progress>,
    pub(super) archived: mpsc::UnboundedReceiver<Done>,
    /// Closed when the last handle is gone.
    pub(super) handles: oneshot::Receiver<()>,
}

/// Runs until a shutdown is complete, every handle is gone, or the journal is broken. Answers those who asked for the
/// shutdown.
pub(super) async fn run(mut core: Core, mut from: Sources) -> Vec<oneshot::Sender<()>> {
    let (mut commands, mut starts) = (Vec::new(), Vec::new());
    let mut alarm = Alarm::default();
    while !core.is_closed() {
        let takes_starts = core.accepts_starts();
        tokio::select! {
            biased;
            // First, because the queues of requests are always ready once nobody can fill them.
            _ = &mut from.handles => break,
            changed = from.progress.changed() => {
                if changed.is_err() {
                    // The journal's thread is gone, and nobody knows how far it got.
                    core.backlog.forget();
                    break;
                }
            }
            Some(done) = from.archived.recv() => core.archived(done),
            _ = from.commands.recv_many(&mut commands, TAKEN_AT_ONCE) => {}
            count = from.starts.recv_many(&mut starts, TAKEN_AT_ONCE), if takes_starts => {
                if count == 0 {
                    break;
                }
            }
            () = alarm.ring() => {}
        }
        core.tick();
        commands.drain(..).for_each(|command| core.handle(command));
        starts.drain(..).for_each(|start| core.start(start));
        core.fire_due();
        core.forget_if_due();
        core.flush();
        let progress = *from.progress.borrow_and_update();
        core.progressed(progress);
        // What was performed may have made new entries only through the archiver, which comes round again.
        alarm.set(&core);
        if core.progress.full {
            core.retry_if_due();
        }
    }
    core.closing.take().map(|closing| closing.replies).unwrap_or_default()
}

/// The next time at which something is due.
#[derive(Default)]
struct Alarm {
    set: Option<(Timestamp, BoxFuture<'static, ()>)>,
}

impl Alarm {
    async fn ring(&mut self) {
        match &mut self.set {
            Some((_, sleep)) => sleep.await,
            None => std::future::pending().await,
        }
        self.set = None;
    }

    /// Most timers are cancelled before they fire; so one that rings too early is left alone.
    fn set(&mut self, core: &Core) {
        let Some(due) = core.next_due() else { return };
        if self.set.as_ref().is_some_and(|(at, _)| *at <= due) {
            return;
        }
        let wait = due.since(core.now).min(core.limits.longest_sleep);
        self.set = Some((core.now.plus(wait), core.clock.sleep(wait)));
    }
}

impl Core {
    fn next_due(&self) -> Option<Timestamp> {
        let retry = self.progress.full.then(|| self.now.plus(FULL_RETRY));
        let closing = self.closing.as_ref().map(|closing| closing.deadline);
        // An idle engine forgets too.
        let forget = self.limits.retention.map(|_| self.forgets_at);
        [self.timers.next_at(), retry, closing, forget].into_iter().flatten().min()
    }

    /// Lets the journal try again after a full disk.
    fn retry_if_due(&mut self) {
        if self.now.since(self.last_retry) >= FULL_RETRY {
            self.last_retry = self.now;
            self.commits.retry();
        }
    }
}
