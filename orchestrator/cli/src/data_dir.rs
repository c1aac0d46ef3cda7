//! The data directory: what is where, and that one process at a time works in it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use amends_engine::journal::make_dirs;
use amends_types::DeploymentId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;

/// For how long workers of an earlier process may take to see that it has ended.
const WORKERS_PATIENCE: Duration = Duration::from_secs(30);

/// A data directory.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    path: PathBuf,
}

/// Held by the process that works in a data directory.
#[derive(Debug)]
pub(crate) struct DataLock {
    _file: File,
}

impl DataDir {
    /// A directory, whatever is in it.
    pub(crate) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// A directory that exists, to look at.
    pub(crate) fn existing(path: &Path) -> Result<Self, Failure> {
        let dir = Self { path: path.to_owned() };
        if !dir.store().is_file() && dir.bound_directory().is_none() {
            let shown = path.display();
            return Err(Failure::Unusable(format!(
                "{shown} is no data directory of amends: say which with --data, or make one with `amends run`"
            )));
        }
        Ok(dir)
    }

    /// A directory of `amends engine`, which has a registry and no store.
    pub(crate) fn of_engine(path: &Path) -> Option<Self> {
        let dir = Self { path: path.to_owned() };
        let has_store = dir.store().is_file() || dir.bound_directory().is_some();
        (dir.registry().is_file() && !has_store).then_some(dir)
    }

    /// A directory to work in, made if need be, and locked.
    pub(crate) fn locked(path: &Path) -> Result<(Self, DataLock), Failure> {
        let shown = path.display();
        make_private_dir(path)
            .map_err(|error| Failure::Unusable(format!("cannot make the data directory {shown}: {error}")))?;
        let lock = path.join("LOCK");
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| Failure::Unusable(format!("cannot write in {shown}: {error}")))?;
        match file.try_lock() {
            Ok(()) => Ok((Self { path: path.to_owned() }, DataLock { _file: file })),
            Err(TryLockError::WouldBlock) => Err(Failure::Unusable(format!(
                "another amends works in {shown}: wait until it has ended, or choose another --data"
            ))),
            Err(TryLockError::Error(error)) => Err(Failure::Failed(format!("cannot lock {shown}: {error}"))),
        }
    }

    /// Orders, sagas, ledger, products and outbox.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join("store.db")
    }

    /// State machines and what belongs to them, where the engine is asked over the wire.
    pub(crate) fn registry(&self) -> PathBuf {
        self.path.join("registry.sqlite")
    }

    /// The file that workers in other processes hold a shared lock on.
    pub(crate) fn workers(&self) -> PathBuf {
        self.path.join("WORKERS")
    }

    /// Waits until no worker of an earlier process is alive, and keeps others from beginning as long as the answer lives.
    pub(crate) async fn without_workers(&self) -> Result<DataLock, Failure> {
        let shown = self.path.display();
        let file = File::options().create(true).truncate(false).write(true).open(self.workers());
        let file = file.map_err(|error| Failure::Unusable(format!("cannot write in {shown}: {error}")))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(DataLock { _file: file }),
                Err(TryLockError::WouldBlock) if began.elapsed() < WORKERS_PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Failure::Unusable(format!(
                        "workers of an earlier run are still at work in {shown}: wait until they have ended, or end them"
                    )));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(Failure::Failed(format!("cannot lock {shown}: {error}")));
                }
            }
        }
    }

    /// Where a running `amends up` can be reached.
    pub(crate) fn address(&self) -> PathBuf {
        self.path.join("up.json")
    }

    /// The id of a directory that works for a database: minted at the first use, and bound to that database for ever.
    pub(crate) fn directory_of(&self, deployment: DeploymentId) -> Result<Uuid, Failure> {
        let shown = self.path.display();
        if let Some(bound) = self.bound()? {
            if bound.deployment != deployment {
                return Err(Failure::Unusable(format!(
                    "{shown} works for another database: choose another --data, or the database that it belongs to"
                )));
            }
            return Ok(bound.directory);
        }
        let directory = Uuid::new_v4();
        self.bind(directory, deployment)?;
        Ok(directory)
    }

    /// Binds the directory to a database, under this id.
    pub(crate) fn bind(&self, directory: Uuid, deployment: DeploymentId) -> Result<(), Failure> {
        let shown = self.path.display();
        let text = serde_json::to_string(&Bound { directory, deployment }).map_err(Failure::failed)?;
        write_durably(&self.binding(), &text)
            .map_err(|error| Failure::Failed(format!("cannot write in {shown}: {error}")))
    }

    /// The database that the directory works for; none if it has a store of its own, or was never used.
    pub(crate) fn bound(&self) -> Result<Option<Bound>, Failure> {
        match fs::read_to_string(self.binding()) {
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(Failure::failed),
            Err(_) => Ok(None),
        }
    }

    fn binding(&self) -> PathBuf {
        self.path.join("directory.json")
    }

    /// The id of a directory that has worked for a database; none if it never did.
    pub(crate) fn bound_directory(&self) -> Option<Uuid> {
        self.bound().ok()?.map(|bound| bound.directory)
    }

    /// The sandbox providers' books.
    pub(crate) fn books(&self) -> PathBuf {
        self.path.join("books.db")
    }

    /// The engine's journal and archive.
    pub(crate) fn engine(&self) -> PathBuf {
        self.path.join("engine")
    }

    /// The engine's journal of open executions.
    pub(crate) fn journal(&self) -> PathBuf {
        self.engine().join("journal")
    }

    /// The engine's archive of finished executions.
    pub(crate) fn archive(&self) -> PathBuf {
        self.engine().join("archive.db")
    }
}

/// What a directory that works for a database remembers.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bound {
    /// The id that all files of the directory carry.
    pub(crate) directory: Uuid,
    /// The deployment of the database.
    pub(crate) deployment: DeploymentId,
}

/// Writes a file that is whole or not there, also after a power failure.
pub(crate) fn write_durably(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("draft");
    fs::write(&draft, text)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

/// Makes a directory that only its owner may enter: orders hold addresses of people. Durable when this returns.
pub(crate) fn make_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    make_dirs(path, &builder)
}
