//! Files in memory that can lose power.
//!
//! What was written and not synced is gone after [`MemoryStorage::crash`], or part of it is, as on a real disk. A
//! storage that has been told to fail at its n-th sync makes a test of durability exhaustive: run it for every n.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::journal::{LogFile, Storage};

/// How much of the unsynced writes a crash leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survives {
    /// None of it.
    Nothing,
    /// All of it, as when the process is killed and the machine goes on.
    Everything,
    /// Its first bytes only: a torn write.
    Prefix(usize),
}

/// A directory in memory. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<String, Content>,
    syncs: u64,
    dies_at_sync: Option<u64>,
    dead: bool,
    free: Option<usize>,
    keeps_all: bool,
}

#[derive(Debug, Default, Clone)]
struct Content {
    /// Shared with what a crash left behind.
    synced: Arc<Vec<u8>>,
    unsynced: Vec<(usize, Vec<u8>)>,
}

impl MemoryStorage {
    /// An empty directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many syncs have been asked for.
    pub fn syncs(&self) -> u64 {
        self.disk().syncs
    }

    /// Loses power at the sync of this number (the first is 1): it and everything after it fails.
    pub fn die_at_sync(&self, number: u64) {
        self.disk().dies_at_sync = Some(number);
    }

    /// Leaves room for this many more bytes; `None` for any number.
    pub fn set_free_bytes(&self, free: Option<usize>) {
        self.disk().free = free;
    }

    /// Refuses to remove files, or does it again.
    pub fn refuse_removals(&self, refuse: bool) {
        self.disk().keeps_all = refuse;
    }

    /// What a machine finds that starts after the power failed now. This storage fails from now on.
    pub fn crash(&self, survives: Survives) -> Self {
        let mut disk = self.disk();
        disk.dead = true;
        let files = disk.files.iter().map(|(name, content)| (name.clone(), content.after_crash(survives)));
        let files = files.collect();
        Self { disk: Arc::new(Mutex::new(Disk { files, ..Disk::default() })) }
    }

    /// Changes a file's durable content, as rot would.
    pub fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(content) = self.disk().files.get_mut(name) {
            change(Arc::make_mut(&mut content.synced));
        }
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alive(&self) -> io::Result<MutexGuard<'_, Disk>> {
        let disk = self.disk();
        if disk.dead { Err(io::Error::other("the power failed")) } else { Ok(disk) }
    }
}

impl Content {
    fn write(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
        let end = offset + written.len();
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[offset..end].copy_from_slice(written);
    }

    fn current(&self) -> Vec<u8> {
        let mut bytes = self.synced.to_vec();
        for (offset, written) in &self.unsynced {
            Self::write(&mut bytes, *offset, written);
        }
        bytes
    }

    fn sync(&mut self) {
        if self.unsynced.is_empty() {
            return;
        }
        let bytes = Arc::make_mut(&mut self.synced);
        for (offset, written) in self.unsynced.drain(..) {
            Self::write(bytes, offset, &written);
        }
    }

    fn after_crash(&self, survives: Survives) -> Self {
        let mut left = match survives {
            Survives::Nothing => 0,
            Survives::Everything => usize::MAX,
            Survives::Prefix(length) => length,
        };
        let mut after = Self { synced: self.synced.clone(), unsynced: Vec::new() };
        for (offset, written) in &self.unsynced {
            let kept = &written[..written.len().min(left)];
            left -= kept.len();
            after.unsynced.push((*offset, kept.to_vec()));
        }
        after.sync();
        after
    }
}

impl Disk {
    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.syncs += 1;
        if self.dies_at_sync.is_some_and(|number| self.syncs >= number) {
            self.dead = true;
            return Err(io::Error::other("the power failed"));
        }
        self.files.get_mut(name).ok_or(io::ErrorKind::NotFound)?.sync();
        Ok(())
    }

    fn write(&mut self, name: &str, offset: usize, bytes: &[u8]) -> io::Result<()> {
        if let Some(free) = self.free {
            self.free = Some(free.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?);
        }
        let content = self.files.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        content.unsynced.push((offset, bytes.to_vec()));
        Ok(())
    }
}

impl Storage for MemoryStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.alive()?.files.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let disk = self.alive()?;
        Ok(disk.files.get(name).ok_or(io::ErrorKind::NotFound)?.current())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>> {
        self.alive()?.files.insert(name.to_owned(), Content::default());
        Ok(Box::new(MemoryFile { storage: self.clone(), name: name.to_owned() }))
    }

    fn write_whole(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let whole = Content { synced: Arc::new(content.to_vec()), unsynced: Vec::new() };
        self.alive()?.files.insert(name.to_owned(), whole);
        Ok(())
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.alive()?.sync(name)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.alive()?;
        if disk.keeps_all {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        disk.files.remove(name).map(drop).ok_or(io::ErrorKind::NotFound.into())
    }
}

struct MemoryFile {
    storage: MemoryStorage,
    name: String,
}

impl LogFile for MemoryFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        self.storage.alive()?.write(&self.name, offset, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.storage.alive()?.sync(&self.name)
    }
}
