//! How an engine is opened.

use std::sync::Arc;
use std::time::Duration;

use amends_sqlite::FatalHook;
use amends_types::{Clock, Entropy, SplitMix};

use crate::clock::SystemClock;
use crate::driver::{ParsedMachines, TaskWorker};
use crate::journal::{DirectoryId, ForgetHook};

/// What an engine needs besides its directory.
#[derive(Clone)]
pub struct EngineOptions {
    /// Which data directory its files belong to; files of another one are refused.
    pub directory_id: DirectoryId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The chance from which jitter is computed.
    pub entropy: Arc<dyn Entropy>,
    /// Who does the tasks.
    pub worker: Arc<dyn TaskWorker>,
    /// The store's last durable commit, asked before each sync of the journal, and once at the opening: a store that is
    /// behind what the journal has seen is refused.
    pub watermark: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// What runs when a sync of the journal or of the archive failed; it must end the process.
    pub on_fatal: FatalHook,
    /// What runs before finished executions are forgotten, so that what others know of them is forgotten too.
    pub on_forget: ForgetHook,
    /// The account in ARNs.
    pub account: String,
    /// The region in ARNs.
    pub region: String,
    /// Definitions that engines before this one have parsed; a process with one engine needs none.
    pub parsed: Arc<ParsedMachines>,
    /// How much of everything.
    pub limits: Limits,
}

impl EngineOptions {
    /// The system's clock and chance, no watermark, AWS's documentation account, and an abort on fatal errors.
    pub fn new(directory_id: DirectoryId, worker: Arc<dyn TaskWorker>) -> Self {
        Self {
            directory_id,
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SplitMix::from_system()),
            worker,
            watermark: Arc::new(|| 0),
            on_fatal: amends_sqlite::Options::default().on_fatal,
            on_forget: Arc::new(|_| {}),
            account: "111111111111".to_owned(),
            region: "us-east-1".to_owned(),
            parsed: Arc::default(),
            limits: Limits::default(),
        }
    }
}

/// How much of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open executions; more starts are refused. Step Functions' own quota is a million.
    pub open_executions: usize,
    /// Tasks that workers have at once; more wait.
    pub tasks_in_flight: usize,
    /// Requests that wait for the loop; more wait outside.
    pub inbox: usize,
    /// Bytes that wait for the journal; while there are more, no execution is started.
    pub unsynced_bytes: usize,
    /// Finished executions that wait for the archive; while there are more, no execution is started.
    pub unarchived: usize,
    /// A segment of the journal is closed at this size.
    pub segment_bytes: u64,
    /// The journal is kept below about this many segments by carrying long-open executions forward.
    pub segments: u64,
    /// How long finished executions are kept, and their names taken; `None` for ever. Step Functions' own quota is 90
    /// days.
    pub retention: Option<Duration>,
    /// The loop looks at the time at least this often, because the system's time may jump.
    pub longest_sleep: Duration,
    /// How long a shutdown waits for workers.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open_executions: 1_000_000,
            tasks_in_flight: 10_000,
            inbox: 16_384,
            unsynced_bytes: 16 * 1024 * 1024,
            unarchived: 20_000,
            segment_bytes: 32 * 1024 * 1024,
            segments: 4,
            retention: None,
            longest_sleep: Duration::from_secs(60),
            shutdown: Duration::from_secs(10),
        }
    }
}
