//! Reading the live segments at the start: which executions are open, and with which tapes.

use std::collections::{BTreeMap, HashMap};

use crate::journal::encoding::Reader;
use crate::journal::segment::{self, Header, Opened, Records};
use crate::journal::{DefinitionId, DirectoryId, Entry, JournalError, Storage, Tape};

/// An execution as the log has it.
#[derive(Debug)]
pub(crate) struct OpenExecution {
    pub(crate) number: u64,
    pub(crate) definition: DefinitionId,
    pub(crate) name: String,
    pub(crate) tape: Tape,
    /// The first segment that is needed for it.
    pub(crate) oldest: u64,
    /// It has ended, and is or will soon be in the archive.
    pub(crate) closed: bool,
}

/// What the segments say.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    pub(crate) executions: HashMap<u64, OpenExecution>,
    /// The sizes of the live segments.
    pub(crate) segments: BTreeMap<u64, u64>,
    pub(crate) next_segment: u64,
    pub(crate) next_record: u64,
    pub(crate) next_execution: u64,
    /// The highest store commit that any record has seen.
    pub(crate) watermark: u64,
    /// A record at the end that was not written wholly, which is passed over.
    pub(crate) torn: Option<Torn>,
    /// The oldest segment that must be there.
    oldest: u64,
}

/// Where the log ends in something that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Torn {
    pub(crate) file: String,
    pub(crate) offset: usize,
}

/// Reads every segment. With `tolerant`, for a log that another process is writing, segments that vanish meanwhile
/// are passed over.
pub(crate) fn recover(
    storage: &dyn Storage,
    directory: DirectoryId,
    tolerant: bool,
) -> Result<Recovered, JournalError> {
    let names = storage.list().map_err(|error| JournalError::io("directory", error))?;
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| segment::number_of(name)).collect();
    numbers.sort_unstable();
    let mut recovered =
        Recovered { next_segment: 1, next_record: 1, next_execution: 1, oldest: 1, ..Recovered::default() };
    for (index, number) in numbers.iter().enumerate() {
        let name = segment::file_name(*number);
        let bytes = match storage.read(&name) {
            Err(error) if tolerant && error.kind() == std::io::ErrorKind::NotFound => continue,
            other => other.map_err(|error| JournalError::io(&name, error))?,
        };
        let place = Place {
            name: &name,
            number: *number,
            first: recovered.segments.is_empty(),
            last: index + 1 == numbers.len(),
        };
        recovered.read_segment(&place, &bytes, directory)?;
    }
    let first = numbers.first().copied().unwrap_or(1);
    if first > recovered.oldest && !tolerant {
        let missing = segment::file_name(recovered.oldest);
        return Err(JournalError::damaged(&missing, 0, "the file is missing"));
    }
    Ok(recovered)
}

/// Which file is being read.
struct Place<'a> {
    name: &'a str,
    number: u64,
    first: bool,
    last: bool,
}

impl Recovered {
    /// What was read may still be in the operating system's cache only, if the last process was killed while it
    /// wrote; nothing may follow from it before it is durable. Earlier segments were synced record by record.
    pub(crate) fn make_durable(&self, storage: &dyn Storage) -> Result<(), JournalError> {
        let Some(last) = self.segments.keys().next_back() else { return Ok(()) };
        let name = segment::file_name(*last);
        storage.sync(&name).map_err(|error| JournalError::io(&name, error))
    }

    fn read_segment(
        &mut self,
        place: &Place<'_>,
        bytes: &[u8],
        directory: DirectoryId,
    ) -> Result<(), JournalError> {
        let at_least = if place.first { 0 } else { self.next_record };
        let opened = segment::open(bytes, place.number, at_least, directory)?;
        let Opened::Segment(header, mut records) = opened else {
            if place.last {
                self.torn = Some(Torn { file: place.name.to_owned(), offset: 0 });
                return Ok(());
            }
            return Err(JournalError::damaged(place.name, 0, "it has no header and is not the last file"));
        };
        self.check_continues(place, &header)?;
        self.oldest = self.oldest.max(header.oldest);
        for (offset, payload) in records.by_ref() {
            self.read_record(payload, place.number).ok_or_else(|| {
                JournalError::damaged(place.name, offset, "a record with a valid checksum makes no sense")
            })?;
        }
        check_end(place, &records)?;
        // Of an earlier file the record has been written again since, into the next one.
        if place.last && records.is_torn() {
            self.torn = Some(Torn { file: place.name.to_owned(), offset: records.offset() });
        }
        self.next_record = records.next_number();
        self.next_segment = place.number + 1;
        self.segments.insert(place.number, records.offset() as u64);
        Ok(())
    }

    /// Records are numbered without gaps, so a record lost at the end of a file shows in the next one.
    fn check_continues(&self, place: &Place<'_>, header: &Header) -> Result<(), JournalError> {
        if place.first || (header.first_record == self.next_record && place.number == self.next_segment) {
            return Ok(());
        }
        let previous = segment::file_name(self.next_segment - 1);
        let offset = self.segments.get(&(self.next_segment - 1)).copied().unwrap_or(0);
        let what = format!(
            "record {} is missing or broken; {} goes on with record {}",
            self.next_record, place.name, header.first_record
        );
        Err(JournalError::damaged(&previous, usize::try_from(offset).unwrap_or(usize::MAX), what))
    }

    fn read_record(&mut self, payload: &[u8], segment: u64) -> Option<()> {
        let mut reader = Reader::new(payload);
        self.watermark = self.watermark.max(reader.number()?);
        while !reader.is_empty() {
            self.read_entry(Entry::read(&mut reader)?, segment);
        }
        Some(())
    }

    fn read_entry(&mut self, entry: Entry<'_>, segment: u64) {
        match entry {
            Entry::Opened { execution, definition, name } => {
                self.insert(execution, definition, name, Tape::default(), segment);
            }
            Entry::Carried { execution, definition, name, tape } => {
                self.insert(execution, definition, name, Tape::from_bytes(tape.to_vec()), segment);
            }
            // An execution that is unknown here has been archived, or will be carried into a later segment: what
            // came before either was in a segment that is gone.
            Entry::Occurred { execution, occurrence } => {
                if let Some(open) = self.executions.get_mut(&execution) {
                    open.tape.push_bytes(occurrence);
                }
                self.next_execution = self.next_execution.max(execution + 1);
            }
            Entry::Closed { execution } => {
                if let Some(open) = self.executions.get_mut(&execution) {
                    open.closed = true;
                }
                self.next_execution = self.next_execution.max(execution + 1);
            }
            Entry::Released { before } => self.oldest = self.oldest.max(before),
            Entry::Numbered { next } => self.next_execution = self.next_execution.max(next),
        }
    }

    fn insert(&mut self, number: u64, definition: DefinitionId, name: &str, tape: Tape, oldest: u64) {
        let name = name.to_owned();
        self.executions
            .insert(number, OpenExecution { number, definition, name, tape, oldest, closed: false });
        self.next_execution = self.next_execution.max(number + 1);
    }
}

/// After the last valid record of a file: a torn write, or damage?
fn check_end(place: &Place<'_>, records: &Records<'_>) -> Result<(), JournalError> {
    if records.is_damaged() {
        let what = format!("record {} is broken and valid ones follow", records.next_number());
        return Err(JournalError::damaged(place.name, records.offset(), what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::journal::log::{Log, Placement};
    use crate::journal::{MemoryStorage, Survives};

    const DIRECTORY: DirectoryId = DirectoryId([7; 16]);

    /// A log of two records, and where the second one begins.
    fn written() -> (MemoryStorage, usize) {
        let storage = MemoryStorage::new();
        let mut log = Log::new(Arc::new(storage.clone()), DIRECTORY, 1);
        let place = Placement { segment: 1, oldest: 1, watermark: 0 };
        let mut second = 0;
        for next in [5, 6] {
            second = storage.read(&segment::file_name(1)).map_or(0, |bytes| bytes.len());
            let mut entries = Vec::new();
            Entry::Numbered { next }.put(&mut entries);
            log.append(place, std::iter::once(entries.as_slice())).unwrap();
        }
        (storage, second)
    }

    #[test]
    fn a_record_that_was_not_written_wholly_is_passed_over_and_said_to_be() {
        type Change = fn(&mut Vec<u8>, usize);
        let cases: [(&str, Change, bool); 6] = [
            ("whole", |_, _| {}, false),
            ("cut within the record", |bytes, second| bytes.truncate(second + 30), true),
            ("cut before it", |bytes, second| bytes.truncate(second), false),
            ("zeros after a record", |bytes, second| bytes[second..].fill(0), false),
            ("a flipped bit in its payload", |bytes, second| bytes[second + 25] ^= 1, true),
            ("a flipped bit in its first bytes", |bytes, second| bytes[second] ^= 1, true),
        ];
        for (case, change, is_torn) in cases {
            let (storage, second) = written();
            let storage = storage.crash(Survives::Nothing);
            storage.damage(&segment::file_name(1), |bytes| change(bytes, second));
            let torn = recover(&storage, DIRECTORY, false).unwrap().torn;
            let expected = is_torn.then(|| Torn { file: segment::file_name(1), offset: second });
            assert_eq!(torn, expected, "{case}");
        }
    }
}
