//! The bytes of one segment: a header, then records.
//!
//! ```text
//! header   magic 8 | version u32 | crc32 u32 | segment u64 | first record u64 | oldest u64 | directory id 16
//! record   magic u32 | length u32 | number u64 | crc32 u32 | 0 u32 | payload | zeros to a multiple of 8
//! ```
//! All numbers are little-endian. Records are numbered across segments without gaps; a segment ends where the
//! numbers stop, and what follows may be zeros, a torn write, or the rest of an older file.

use std::fmt;

use crate::journal::JournalError;

/// The version of this format.
pub(crate) const VERSION: u32 = 1;
pub(crate) const HEADER_BYTES: usize = 56;
pub(crate) const RECORD_HEADER_BYTES: usize = 24;

/// The longest payload of a record.
pub(crate) const MAX_PAYLOAD: usize = 64 * 1024 * 1024;

const MAGIC: [u8; 8] = *b"AMENDSJL";
const RECORD_MAGIC: u32 = u32::from_le_bytes(*b"amrc");

/// Which data directory files belong to, so that those of two are never mixed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DirectoryId(pub [u8; 16]);

impl fmt::Display for DirectoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DirectoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a segment says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) segment: u64,
    pub(crate) first_record: u64,
    /// The oldest segment that was needed when this one began. Older files may be gone; this one may not.
    pub(crate) oldest: u64,
    pub(crate) directory: DirectoryId,
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.segment.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_record.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.oldest.to_le_bytes());
        bytes[40..56].copy_from_slice(&self.directory.0);
        let crc = crc32fast::hash(&bytes);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// `None` when these bytes are no whole header.
    fn from_bytes(bytes: &[u8]) -> Option<(Self, u32)> {
        let mut header: [u8; HEADER_BYTES] = bytes.get(..HEADER_BYTES)?.try_into().ok()?;
        let crc = u32_at(&header, 12)?;
        header[12..16].fill(0);
        if header[..8] != MAGIC || crc32fast::hash(&header) != crc {
            return None;
        }
        let read = Self {
            segment: u64_at(&header, 16)?,
            first_record: u64_at(&header, 24)?,
            oldest: u64_at(&header, 32)?,
            directory: DirectoryId(header[40..56].try_into().ok()?),
        };
        Some((read, u32_at(&header, 8)?))
    }
}

/// The name of a segment's file; names sort as their numbers do.
pub(crate) fn file_name(segment: u64) -> String {
    format!("{segment:016}.log")
}

/// The number of a segment, from its file's name.
pub(crate) fn number_of(file: &str) -> Option<u64> {
    let digits = file.strip_suffix(".log")?;
    if digits.len() == 16 { digits.parse().ok() } else { None }
}

/// Begins a record in `buffer`, to be ended with [`end_record`] after the payload was appended.
pub(crate) fn begin_record(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.resize(RECORD_HEADER_BYTES, 0);
}

/// Completes the record that fills `buffer`.
pub(crate) fn end_record(buffer: &mut Vec<u8>, number: u64) {
    let length = buffer.len() - RECORD_HEADER_BYTES;
    assert!(length <= MAX_PAYLOAD, "a record of {length} bytes is too long for the journal");
    let length = u32::try_from(length).expect("the longest payload fits 32 bits");
    buffer[..4].copy_from_slice(&RECORD_MAGIC.to_le_bytes());
    buffer[4..8].copy_from_slice(&length.to_le_bytes());
    buffer[8..16].copy_from_slice(&number.to_le_bytes());
    let crc = record_crc(buffer, &buffer[RECORD_HEADER_BYTES..]);
    buffer[16..20].copy_from_slice(&crc.to_le_bytes());
    buffer.resize(buffer.len().next_multiple_of(8), 0);
}

fn record_crc(header: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header[4..16]);
    hasher.update(payload);
    hasher.finalize()
}

/// The valid records of a segment, in order.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    offset: usize,
    next_number: u64,
}

impl<'a> Iterator for Records<'a> {
    /// Where the payload begins, and the payload.
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (number, payload) = record_at(self.bytes, self.offset)?;
        if number != self.next_number {
            return None;
        }
        let start = self.offset + RECORD_HEADER_BYTES;
        self.offset += record_bytes(payload.len());
        self.next_number += 1;
        Some((start, payload))
    }
}

impl Records<'_> {
    /// Where the next record would begin.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// The number that the next record would have.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// After the last valid record: is there a later one, which proves that the one here was damaged?
    pub(crate) fn is_damaged(&self) -> bool {
        has_record_from(self.bytes, self.offset, self.next_number)
    }

    /// After the last valid record: did the next one begin to be written, or was it broken since? The rest of an older
    /// file has neither its number nor, but for a whole record, its first bytes there.
    pub(crate) fn is_torn(&self) -> bool {
        let Some(header) = self.bytes.get(self.offset..) else { return false };
        let begins = u32_at(header, 0) == Some(RECORD_MAGIC) || u64_at(header, 8) == Some(self.next_number);
        begins && record_at(self.bytes, self.offset).is_none()
    }
}

/// Whether a valid record of at least this number begins at `offset` or later.
fn has_record_from(bytes: &[u8], offset: usize, number: u64) -> bool {
    (offset..bytes.len()).step_by(8).any(|at| record_at(bytes, at).is_some_and(|(found, _)| found >= number))
}

fn record_at(bytes: &[u8], offset: usize) -> Option<(u64, &[u8])> {
    let header = bytes.get(offset..offset.checked_add(RECORD_HEADER_BYTES)?)?;
    if u32_at(header, 0)? != RECORD_MAGIC || u32_at(header, 20)? != 0 {
        return None;
    }
    let length = usize::try_from(u32_at(header, 4)?).ok().filter(|length| *length <= MAX_PAYLOAD)?;
    let (payload, padding) =
        bytes.get(offset + RECORD_HEADER_BYTES..offset + record_bytes(length))?.split_at_checked(length)?;
    let is_whole =
        record_crc(header, payload) == u32_at(header, 16)? && padding.iter().all(|byte| *byte == 0);
    is_whole.then_some((u64_at(header, 8)?, payload))
}

/// How much a record with a payload of this length takes.
fn record_bytes(payload: usize) -> usize {
    (RECORD_HEADER_BYTES + payload).next_multiple_of(8)
}

/// What the file of a segment turned out to be.
pub(crate) enum Opened<'a> {
    /// A segment with its records.
    Segment(Header, Records<'a>),
    /// Made, but never begun: the process died between the two. Only the last file may be so.
    NeverBegun,
}

/// Reads the header of the file of `segment`, whose first record may not be older than `at_least`.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    segment: u64,
    at_least: u64,
    directory: DirectoryId,
) -> Result<Opened<'a>, JournalError> {
    let file = file_name(segment);
    let header = Header::from_bytes(bytes).filter(|(header, _)| header.segment == segment);
    let Some((header, version)) = header else {
        if has_record_from(bytes, HEADER_BYTES, at_least) {
            return Err(JournalError::damaged(&file, 0, "its header is broken and records follow"));
        }
        return Ok(Opened::NeverBegun);
    };
    if version != VERSION {
        return Err(JournalError::Version { file, found: version, known: VERSION });
    }
    if header.directory != directory {
        return Err(JournalError::OtherDirectory { file, found: header.directory, expected: directory });
    }
    let records = Records { bytes, offset: HEADER_BYTES, next_number: header.first_record };
    Ok(Opened::Segment(header, records))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(offset..offset + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(offset..offset + 8)?.try_into().ok()?))
}
