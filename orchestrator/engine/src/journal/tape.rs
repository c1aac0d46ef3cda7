//! All occurrences of one execution, in order, as bytes: what history and recovery are made from.
//!
//! It is kept in memory while the execution is open (some hundred bytes for a saga that waits), carried forward
//! from there when its segments must go, and becomes a column of the archive in the end.

use crate::interp::Occurrence;
use crate::journal::encoding::{Reader, put_occurrence, put_prefixed};

/// The occurrences of one execution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tape {
    bytes: Vec<u8>,
}

impl Tape {
    /// From bytes that [`Tape::as_bytes`] gave.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends an occurrence and answers its bytes, as they also go to the log.
    pub(crate) fn push(&mut self, occurrence: &Occurrence) -> &[u8] {
        let start = self.bytes.len();
        put_prefixed(&mut self.bytes, |out| put_occurrence(out, occurrence));
        &self.bytes[start..]
    }

    /// Appends the bytes of one occurrence, as [`Tape::push`] answered them.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The occurrences; `None` at the first that makes no sense.
    pub(crate) fn occurrences(&self) -> impl Iterator<Item = Option<Occurrence>> + '_ {
        let mut reader = Reader::new(&self.bytes);
        std::iter::from_fn(move || {
            if reader.is_empty() {
                return None;
            }
            let occurrence = reader.prefixed().and_then(|bytes| Reader::new(bytes).occurrence());
            if occurrence.is_none() {
                reader = Reader::new(&[]);
            }
            Some(occurrence)
        })
    }
}
