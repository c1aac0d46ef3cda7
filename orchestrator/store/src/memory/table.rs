//! A table that remembers what a transaction changed, so that it can be rolled back.

use std::collections::BTreeMap;

/// Rows by key, in the order of keys.
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// What each change of the open transaction replaced, oldest first.
    replaced: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), replaced: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(super) fn rows(&self) -> &BTreeMap<K, V> {
        &self.rows
    }

    pub(super) fn put(&mut self, key: K, row: V) {
        let old = self.rows.insert(key.clone(), row);
        self.replaced.push((key, old));
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(old) = self.rows.remove(key) {
            self.replaced.push((key.clone(), Some(old)));
        }
    }

    /// Keeps the changes; says whether there were any.
    pub(super) fn commit(&mut self) -> bool {
        let changed = !self.replaced.is_empty();
        self.replaced.clear();
        changed
    }

    pub(super) fn roll_back(&mut self) {
        while let Some((key, old)) = self.replaced.pop() {
            match old {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}
