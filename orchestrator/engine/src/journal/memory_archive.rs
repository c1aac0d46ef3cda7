//! An archive in memory, for simulations: what was not synced is lost in a crash.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amends_sqlite::SyncError;
use amends_types::Timestamp;

use crate::journal::{Archive, ArchiveError, ArchivedExecution, ExpiredExecution, ListFilter};

/// An archive in memory. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryArchive {
    rows: Arc<Mutex<Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    all: BTreeMap<u64, Arc<ArchivedExecution>>,
    synced: BTreeMap<u64, Arc<ArchivedExecution>>,
    loses_next_sync: bool,
    /// How many of the next stores and syncs are refused.
    refused: u32,
    /// Visible, and never on the disk.
    lost: HashSet<u64>,
}

impl MemoryArchive {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails at the next sync and loses what it should have made durable, though later ones succeed: as a disk does.
    pub fn lose_next_sync(&self) {
        self.rows().loses_next_sync = true;
    }

    /// Refuses that many of the next stores and syncs, before anything of them was done.
    pub fn refuse_next(&self, count: u32) {
        self.rows().refused = count;
    }

    /// What a machine finds that starts after the power failed now.
    pub fn crash(&self) -> Self {
        let synced = self.rows().synced.clone();
        Self { rows: Arc::new(Mutex::new(Rows { all: synced.clone(), synced, ..Rows::default() })) }
    }

    fn is_refused(&self) -> bool {
        let mut rows = self.rows();
        let is_refused = rows.refused > 0;
        rows.refused = rows.refused.saturating_sub(1);
        is_refused
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Archive for MemoryArchive {
    fn store(&self, executions: Arc<[Arc<ArchivedExecution>]>) -> Result<(), ArchiveError> {
        if self.is_refused() {
            return Err(ArchiveError("it was told to refuse".to_owned()));
        }
        let mut rows = self.rows();
        for execution in executions.iter() {
            rows.all.insert(execution.number, execution.clone());
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), SyncError> {
        if self.is_refused() {
            return Err(SyncError::NotTried(io::Error::other("it was told to refuse")));
        }
        let mut rows = self.rows();
        let rows = &mut *rows;
        if std::mem::take(&mut rows.loses_next_sync) {
            rows.lost = rows.all.keys().filter(|number| !rows.synced.contains_key(number)).copied().collect();
            return Err(SyncError::Failed(io::Error::other("the disk failed")));
        }
        rows.synced = rows.all.clone();
        rows.synced.retain(|number, _| !rows.lost.contains(number));
        Ok(())
    }

    fn has(&self, machine: &str, name: &str) -> Result<bool, ArchiveError> {
        Ok(self.rows().all.values().any(|row| row.machine == machine && row.name == name))
    }

    fn find(&self, machine: &str, name: &str) -> Result<Option<ArchivedExecution>, ArchiveError> {
        let rows = self.rows();
        let found = rows.all.values().find(|row| row.machine == machine && row.name == name);
        Ok(found.map(|row| row.as_ref().clone()))
    }

    fn tape_lengths(&self, numbers: &[u64]) -> Result<HashMap<u64, u64>, ArchiveError> {
        let rows = self.rows();
        let found =
            numbers.iter().filter_map(|number| Some((*number, rows.all.get(number)?.tape.len() as u64)));
        Ok(found.collect())
    }

    fn highest(&self) -> Result<u64, ArchiveError> {
        Ok(self.rows().all.keys().next_back().copied().unwrap_or(0))
    }

    fn highest_journalled(&self) -> Result<u64, ArchiveError> {
        self.highest()
    }

    fn expired(&self, before: Timestamp, most: usize) -> Result<Vec<ExpiredExecution>, ArchiveError> {
        let rows = self.rows();
        let mut expired: Vec<_> = rows.all.values().filter(|row| row.stopped < before).collect();
        expired.sort_by_key(|row| row.stopped);
        let expired = expired.into_iter().take(most).map(|row| ExpiredExecution {
            number: row.number,
            machine: row.machine.clone(),
            name: row.name.clone(),
        });
        Ok(expired.collect())
    }

    fn remove(&self, numbers: Vec<u64>) -> Result<(), ArchiveError> {
        let mut rows = self.rows();
        rows.all.retain(|number, _| !numbers.contains(number));
        Ok(())
    }

    fn list(&self, filter: &ListFilter) -> Result<Vec<ArchivedExecution>, ArchiveError> {
        let rows = self.rows();
        let matching =
            rows.all.range(..filter.before.unwrap_or(u64::MAX)).rev().map(|(_, row)| row).filter(|row| {
                filter.machine.as_ref().is_none_or(|machine| *machine == row.machine)
                    && filter.status.is_none_or(|status| status == row.status)
            });
        Ok(matching
            .take(filter.limit)
            .map(|row| ArchivedExecution { tape: Vec::new(), ..row.as_ref().clone() })
            .collect())
    }
}
