//! Requests in flight: two with one key are not worked on at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The keys that are being worked on.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight {
    keys: Arc<Mutex<HashSet<String>>>,
}

/// Frees its key when it is dropped.
#[derive(Debug)]
pub(crate) struct Entry {
    keys: InFlight,
    key: String,
}

impl InFlight {
    /// Takes a key, unless somebody has it.
    pub(crate) fn enter(&self, key: &str) -> Option<Entry> {
        let is_new = self.lock().insert(key.to_owned());
        is_new.then(|| Entry { keys: self.clone(), key: key.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.keys.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_had_by_one_at_a_time() {
        let keys = InFlight::default();
        let entry = keys.enter("a");
        assert!(entry.is_some() && keys.enter("a").is_none() && keys.enter("b").is_some());
        drop(entry);
        assert!(keys.enter("a").is_some());
    }
}
