//! Putting an engine together: from a directory with threads of its own, or from memory in a simulation.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use amends_types::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::{Simulation, Spawn};
use crate::driver::activities::Activities;
use crate::driver::backlog::Backlog;
use crate::driver::core::{Core, Invoker};
use crate::driver::engine::{Engine, Inner};
use crate::driver::machine::Machines;
use crate::driver::run::{Sources, run};
use crate::driver::segments::Segments;
use crate::driver::timers::Timers;
use crate::driver::{EngineOpenError, EngineOptions};
use crate::journal::{
    Archive, Archiver, Commits, Definitions, Done, FileStorage, Hooks, Log, OpenExecution, Progress,
    SqliteArchive, Storage, check_complete, recover,
};

/// The journal's directory within the engine's.
pub(super) const JOURNAL: &str = "journal";
/// The archive's file within the engine's directory.
pub(super) const ARCHIVE: &str = "archive.db";

/// The parts that differ between a real engine and a simulated one.
struct Parts {
    storage: Arc<dyn Storage>,
    archive: Arc<dyn Archive>,
    spawn: Arc<dyn Spawn>,
    commits: Commits,
    progress: watch::Receiver<Progress>,
    archiver: Archiver,
    archived: mpsc::UnboundedReceiver<Done>,
    recovered: Recovered,
}

/// What the log said.
struct Recovered {
    executions: Vec<OpenExecution>,
    segments: Segments,
    next_number: u64,
    watermark: u64,
}

impl Engine {
    /// Opens the engine of this directory, and resumes its open executions. Must be called inside a tokio runtime,
    /// on which workers then run.
    ///
    /// # Errors
    /// When another engine uses the directory, when its files are damaged or another directory's, or when an open
    /// execution's definition cannot be read.
    pub fn open(dir: &Path, options: EngineOptions) -> Result<Self, EngineOpenError> {
        let runtime = Handle::try_current().map_err(|_| EngineOpenError::NoRuntime)?;
        let storage: Arc<dyn Storage> = Arc::new(FileStorage::open(&dir.join(JOURNAL))?);
        let archive: Arc<dyn Archive> =
            Arc::new(SqliteArchive::open(&dir.join(ARCHIVE), options.directory_id)?);
        let (log, recovered) = read(&storage, archive.as_ref(), &options)?;
        let (commits, progress) = Commits::thread(log, options.watermark.clone(), options.on_fatal.clone())
            .map_err(EngineOpenError::Thread)?;
        let (archiver, archived) = Archiver::thread(archive.clone(), storage.clone(), hooks(&options))
            .map_err(EngineOpenError::Thread)?;
        let spawn: Arc<dyn Spawn> = Arc::new(runtime.clone());
        let on_fatal = options.on_fatal.clone();
        let parts = Parts { storage, archive, spawn, commits, progress, archiver, archived, recovered };
        let (mut engine, core, sources) = assemble(parts, options)?;
        let storage = engine.storage.clone();
        let body = move || {
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                runtime.block_on(run(core, sources))
            }));
            storage.release();
            match ended {
                Ok(replies) => answer(replies),
                Err(_) => on_fatal("the engine's loop panicked"),
            }
        };
        let thread = thread::Builder::new().name("engine".to_owned()).spawn(body);
        engine.thread = Mutex::new(Some(thread.map_err(EngineOpenError::Thread)?));
        Ok(Self::from(engine))
    }

    /// Opens an engine that runs in a simulation, on files in memory: always the same way.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn simulate(
        simulation: &Simulation,
        storage: Arc<dyn Storage>,
        archive: Arc<dyn Archive>,
        mut options: EngineOptions,
    ) -> Result<Self, EngineOpenError> {
        options.clock = Arc::new(simulation.clock().clone());
        options.limits.longest_sleep = Duration::MAX;
        let (log, recovered) = read(&storage, archive.as_ref(), &options)?;
        let (commits, progress) = Commits::inline(log, options.watermark.clone(), options.on_fatal.clone());
        let (archiver, archived) = Archiver::inline(archive.clone(), storage.clone(), hooks(&options));
        let spawn: Arc<dyn Spawn> = Arc::new(simulation.clone());
        let parts = Parts { storage, archive, spawn, commits, progress, archiver, archived, recovered };
        let (engine, core, sources) = assemble(parts, options)?;
        simulation.spawn(Box::pin(async move {
            let replies = run(core, sources).await;
            answer(replies);
        }));
        Ok(Self::from(engine))
    }
}

fn hooks(options: &EngineOptions) -> Hooks {
    Hooks { on_fatal: options.on_fatal.clone(), on_forget: options.on_forget.clone() }
}

/// Tells those who asked for the shutdown; they may have gone.
fn answer(replies: Vec<oneshot::Sender<()>>) {
    for reply in replies {
        reply.send(()).ok();
    }
}

fn read(
    storage: &Arc<dyn Storage>,
    archive: &dyn Archive,
    options: &EngineOptions,
) -> Result<(Log, Recovered), EngineOpenError> {
    let found = recover(storage.as_ref(), options.directory_id, false)?;
    // Before anything is resumed: it would go on from commits that the store has lost.
    let committed = (options.watermark)();
    if committed < found.watermark {
        return Err(EngineOpenError::StoreBehind { committed, journalled: found.watermark });
    }
    if let Some(torn) = &found.torn {
        tracing::warn!(
            file = torn.file,
            byte = torn.offset,
            "the journal ends in a record that is not whole, and is passed over: it was never acknowledged, or was damaged since"
        );
    }
    check_complete(&found, archive)?;
    found.make_durable(storage.as_ref())?;
    let log = Log::new(storage.clone(), options.directory_id, found.next_record);
    let recovered = Recovered {
        next_number: found.next_execution.max(archive.highest()? + 1),
        watermark: found.watermark,
        segments: Segments::new(found.segments, found.next_segment),
        executions: found.executions.into_values().collect(),
    };
    Ok((log, recovered))
}

fn assemble(parts: Parts, options: EngineOptions) -> Result<(Inner, Core, Sources), EngineOpenError> {
    let (command_sender, commands) = mpsc::channel(options.limits.inbox);
    let (start_sender, starts) = mpsc::channel(options.limits.inbox);
    let (handle, handles) = oneshot::channel();
    let machines = Machines::new(Definitions::new(parts.storage.clone()), options.parsed.clone());
    let moves = Arc::new(AtomicU64::new(0));
    let inbox = command_sender.downgrade();
    let mut core = Core {
        clock: options.clock.clone(),
        entropy: options.entropy.clone(),
        limits: options.limits,
        invoker: Invoker { worker: options.worker.clone(), spawn: parts.spawn, inbox },
        commits: parts.commits,
        archiver: parts.archiver,
        moves: moves.clone(),
        open: HashMap::new(),
        finished: HashMap::new(),
        names: HashMap::new(),
        next_number: parts.recovered.next_number,
        timers: Timers::default(),
        segments: parts.recovered.segments,
        tape_bytes: 0,
        chunk: Vec::new(),
        effects: Vec::new(),
        next_chunk: 1,
        backlog: Backlog::default(),
        progress: Progress::default(),
        ready: VecDeque::new(),
        in_flight: 0,
        calls: HashMap::new(),
        activities: Activities::default(),
        now: options.clock.now(),
        ticked: options.clock.monotonic(),
        closing: None,
        last_retry: Timestamp::default(),
        forgets_at: Timestamp::default(),
        actions: Vec::new(),
    };
    core.resume(parts.recovered.executions, &machines, parts.archive.as_ref())?;
    // Tasks to invoke again: done in the loop's first round.
    core.flush();
    let mut progress = parts.progress;
    progress.mark_changed();
    let sources = Sources { commands, starts, progress, archived: parts.archived, handles };
    let inner = Inner {
        commands: command_sender,
        starts: start_sender,
        storage: parts.storage,
        archive: parts.archive,
        machines,
        moves,
        account: options.account,
        region: options.region,
        watermark: parts.recovered.watermark,
        _forgotten: core.backlog.forgotten(),
        handle: Some(handle),
        thread: Mutex::new(None),
    };
    Ok((inner, core, sources))
}
