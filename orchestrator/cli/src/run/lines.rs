//! The lines of a file, one at a time: neither a long file nor a long line fills the memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::failure::Failure;

/// The most bytes of one line. The largest order that can be accepted is far smaller.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// One line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number in the file, from 1.
    pub(crate) number: u64,
    /// Its bytes without the line end; none when it is too long.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// A file's lines.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
}

impl Lines<BufReader<File>> {
    /// Opens a file; also says how long it is.
    pub(crate) fn open(path: &Path) -> Result<(Self, u64), Failure> {
        let unusable = |error: io::Error| {
            Failure::Unusable(format!("cannot read the orders {}: {error}", path.display()))
        };
        let file = File::open(path).map_err(unusable)?;
        let metadata = file.metadata().map_err(unusable)?;
        if metadata.is_dir() {
            return Err(Failure::Unusable(format!("the orders {} are a directory", path.display())));
        }
        Ok((Self::new(BufReader::with_capacity(1 << 16, file)), metadata.len()))
    }
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The next line, and how many bytes of the file it took with the blank ones before it.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Line, u64)>> {
        let mut taken = 0;
        loop {
            let Some((bytes, length)) = self.read_one()? else { return Ok(None) };
            taken += length;
            self.number += 1;
            let blank = bytes.as_deref().is_some_and(|bytes| bytes.trim_ascii().is_empty());
            if !blank {
                return Ok(Some((Line { number: self.number, bytes }, taken)));
            }
        }
    }

    fn read_one(&mut self) -> io::Result<Option<(Option<Vec<u8>>, u64)>> {
        let mut bytes = Vec::new();
        let limit = MOST_BYTES as u64 + 1;
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let ended = bytes.last() == Some(&b'\n');
        if !ended && bytes.len() > MOST_BYTES {
            let skipped = self.skip_rest()?;
            return Ok(Some((None, read as u64 + skipped)));
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        if self.number == 0 && bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(..3);
        }
        Ok(Some((Some(bytes), read as u64)))
    }

    fn skip_rest(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(skipped);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(length);
            skipped += length as u64;
            if end.is_some() {
                return Ok(skipped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(text);
        let mut found = vec![];
        while let Some((line, _)) = lines.next().unwrap() {
            found.push((line.number, line.bytes));
        }
        found
    }

    #[test]
    fn blank_lines_count_but_are_not_orders() {
        let found = lines(b"\xef\xbb\xbfa\r\n\n  \r\nb");
        assert_eq!(found, [(1, Some(b"a".to_vec())), (4, Some(b"b".to_vec()))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_is_read() {
        let mut text = vec![b'x'; MOST_BYTES + 1];
        text.extend(b"yyy\nz\n");
        assert_eq!(lines(&text), [(1, None), (2, Some(b"z".to_vec()))]);
        text = vec![b'x'; MOST_BYTES];
        assert_eq!(lines(&text).len(), 1);
        assert!(lines(&text)[0].1.is_some());
    }

    #[test]
    fn the_bytes_add_up_to_the_file() {
        let text = b"a\n\nbb\nccc";
        let mut lines = Lines::new(&text[..]);
        let mut sum = 0;
        while let Some((_, taken)) = lines.next().unwrap() {
            sum += taken;
        }
        assert_eq!(sum, text.len() as u64);
    }
}
