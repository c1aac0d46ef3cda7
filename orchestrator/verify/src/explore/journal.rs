//! The journal's files as a run sees them: at each sync the power may fail.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use amends_engine::journal::{LogFile, MemoryStorage, Storage};

use crate::explore::choices::Site;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::world::World;

/// Files in memory that can lose power when the run says so.
pub(crate) struct ExploredStorage {
    pub(crate) inner: MemoryStorage,
    pub(crate) world: Arc<World>,
    /// A mutant's files are never synced.
    pub(crate) forgets: bool,
}

struct ExploredFile {
    inner: Box<dyn LogFile>,
    world: Arc<World>,
    forgets: bool,
}

impl Storage for ExploredStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.inner.read(name)
    }
    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>> {
        let inner = self.inner.create(name)?;
        Ok(Box::new(ExploredFile { inner, world: self.world.clone(), forgets: self.forgets }))
    }
    fn write_whole(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.inner.write_whole(name, content)
    }
    fn sync(&self, name: &str) -> io::Result<()> {
        self.inner.sync(name)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }
}

impl LogFile for ExploredFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        // Nothing is written any more by a process that has been killed.
        if self.world.is_killed().is_some() {
            return Err(io::Error::other("the process was killed"));
        }
        let site = Site { actor: "journal".into(), action: "sync", nth: self.world.next_sync() };
        if self.world.offer(site, FaultSet::of(&[Fault::PowerLost])).is_some() {
            self.world.kill(Duration::ZERO);
            return Err(io::Error::other("the power failed"));
        }
        if self.forgets { Ok(()) } else { self.inner.sync() }
    }
}
