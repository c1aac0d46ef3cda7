//! One entry of a record: something about one execution, or about the log itself.

use crate::journal::DefinitionId;
use crate::journal::encoding::{Reader, put_bytes, put_number};

/// An entry. Executions are numbered in the order in which they were opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    /// An execution begins. Its input follows with its first occurrence.
    Opened { execution: u64, definition: DefinitionId, name: &'a str },
    /// Something happened to it: one occurrence, with the length in front, as a tape has it.
    Occurred { execution: u64, occurrence: &'a [u8] },
    /// It has ended.
    Closed { execution: u64 },
    /// An open execution with its whole tape. It replaces all that earlier segments say about it.
    Carried { execution: u64, definition: DefinitionId, name: &'a str, tape: &'a [u8] },
    /// The segments before this one are not needed any more.
    Released { before: u64 },
    /// The execution that is opened next has at least this number, though no segment may tell of those before it.
    Numbered { next: u64 },
}

mod tag {
    pub(super) const OPENED: u8 = 1;
    pub(super) const OCCURRED: u8 = 2;
    pub(super) const CLOSED: u8 = 3;
    pub(super) const CARRIED: u8 = 4;
    pub(super) const RELEASED: u8 = 5;
    pub(super) const NUMBERED: u8 = 6;
}

impl<'a> Entry<'a> {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Entry::Opened { execution, definition, name } => {
                out.push(tag::OPENED);
                put_number(out, execution);
                out.extend_from_slice(&definition.0);
                put_bytes(out, name.as_bytes());
            }
            Entry::Occurred { execution, occurrence } => {
                out.push(tag::OCCURRED);
                put_number(out, execution);
                out.extend_from_slice(occurrence);
            }
            Entry::Closed { execution } => {
                out.push(tag::CLOSED);
                put_number(out, execution);
            }
            Entry::Carried { execution, definition, name, tape } => {
                out.push(tag::CARRIED);
                put_number(out, execution);
                out.extend_from_slice(&definition.0);
                put_bytes(out, name.as_bytes());
                put_bytes(out, tape);
            }
            Entry::Released { before } => {
                out.push(tag::RELEASED);
                put_number(out, before);
            }
            Entry::Numbered { next } => {
                out.push(tag::NUMBERED);
                put_number(out, next);
            }
        }
    }

    /// Reads the next entry; `None` where the bytes make no sense.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let tag = reader.byte()?;
        let number = reader.number()?;
        Some(match tag {
            tag::OPENED => Entry::Opened {
                execution: number,
                definition: DefinitionId(reader.take(32)?.try_into().ok()?),
                name: reader.text()?,
            },
            tag::OCCURRED => {
                let before = reader.rest();
                reader.prefixed()?;
                let length = before.len() - reader.rest().len();
                Entry::Occurred { execution: number, occurrence: &before[..length] }
            }
            tag::CLOSED => Entry::Closed { execution: number },
            tag::CARRIED => Entry::Carried {
                execution: number,
                definition: DefinitionId(reader.take(32)?.try_into().ok()?),
                name: reader.text()?,
                tape: reader.prefixed()?,
            },
            tag::RELEASED => Entry::Released { before: number },
            tag::NUMBERED => Entry::Numbered { next: number },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_survive_one_after_the_other() {
        let definition = DefinitionId([7; 32]);
        let entries = [
            Entry::Opened { execution: 1, definition, name: "order-1" },
            Entry::Occurred { execution: 1 << 40, occurrence: &[3, 1, 2, 3] },
            Entry::Closed { execution: 300 },
            Entry::Carried { execution: 5, definition, name: "order-5", tape: &[9; 500] },
            Entry::Released { before: 12 },
            Entry::Numbered { next: 301 },
        ];
        let mut bytes = Vec::new();
        entries.iter().for_each(|entry| entry.put(&mut bytes));
        let mut reader = Reader::new(&bytes);
        let read: Vec<_> = std::iter::from_fn(|| Entry::read(&mut reader)).collect();
        assert_eq!((read.as_slice(), reader.is_empty()), (entries.as_slice(), true));
    }
}
