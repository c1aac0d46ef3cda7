//! The end of the log, where records are appended.

use std::io;
use std::sync::Arc;

use crate::journal::encoding::put_number;
use crate::journal::segment::{self, HEADER_BYTES, Header};
use crate::journal::{DirectoryId, LogFile, Storage};

/// Why a record was not appended.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// The disk is full, or no file can be opened. Nothing has happened; the same record may be appended later.
    Refused(String),
    /// It may or may not be there.
    Unknown(String),
}

pub(crate) struct Log {
    storage: Arc<dyn Storage>,
    directory: DirectoryId,
    next_record: u64,
    end: Option<End>,
    buffer: Vec<u8>,
}

/// The segment that grows.
struct End {
    segment: u64,
    file: Box<dyn LogFile>,
    offset: u64,
}

/// Where a record goes, and what it says besides its entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement {
    pub(crate) segment: u64,
    pub(crate) oldest: u64,
    pub(crate) watermark: u64,
}

impl Log {
    /// Continues a log whose next record has this number. The first record must go to a segment of its own.
    pub(crate) fn new(storage: Arc<dyn Storage>, directory: DirectoryId, next_record: u64) -> Self {
        Self { storage, directory, next_record, end: None, buffer: Vec::new() }
    }

    /// Appends one record and makes it durable.
    pub(crate) fn append<'a>(
        &mut self,
        place: Placement,
        entries: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), AppendError> {
        segment::begin_record(&mut self.buffer);
        put_number(&mut self.buffer, place.watermark);
        entries.for_each(|entries| self.buffer.extend_from_slice(entries));
        segment::end_record(&mut self.buffer, self.next_record);
        let mut end = match self.end.take() {
            Some(end) if end.segment == place.segment => end,
            _ => self.begin_segment(place).map_err(before_sync)?,
        };
        let written = end.file.write_at(end.offset, &self.buffer);
        let offset = end.offset + self.buffer.len() as u64;
        let end = self.end.insert(end);
        written.map_err(before_sync)?;
        // Not to be tried again after an error: the second try may succeed without having written anything.
        end.file.sync().map_err(|error| AppendError::Unknown(error.to_string()))?;
        end.offset = offset;
        self.next_record += 1;
        Ok(())
    }

    fn begin_segment(&self, place: Placement) -> io::Result<End> {
        let mut file = self.storage.create(&segment::file_name(place.segment))?;
        let header = Header {
            segment: place.segment,
            first_record: self.next_record,
            oldest: place.oldest,
            directory: self.directory,
        };
        file.write_at(0, &header.to_bytes())?;
        Ok(End { segment: place.segment, file, offset: HEADER_BYTES as u64 })
    }
}

/// An error before the record's sync: a full disk and a want of file descriptors can be waited out. Neither is what a
/// sync fails with, not even that of the directory.
fn before_sync(error: io::Error) -> AppendError {
    // ENFILE and EMFILE, for which the standard library has no kind.
    let lacks_descriptors = matches!(error.raw_os_error(), Some(23 | 24));
    if error.kind() == io::ErrorKind::StorageFull || lacks_descriptors {
        AppendError::Refused(error.to_string())
    } else {
        AppendError::Unknown(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_want_of_descriptors_are_waited_out_and_nothing_else_is() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let is_refused = |error| matches!(before_sync(error), AppendError::Refused(_));
        assert!(is_refused(full) && [23, 24].map(io::Error::from_raw_os_error).into_iter().all(is_refused));
        assert!(!is_refused(io::Error::from_raw_os_error(5)) && !is_refused(io::Error::other("unknown")));
    }
}
