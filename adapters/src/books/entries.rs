//! All entries, one after the other, in memory that does not grow.

use std::vec;

use super::{BooksError, BooksReader, Entry, Position};

/// Reads the whole books by reference and seq, a page at a time.
///
/// Each page is a read of its own, so that a long audit holds no snapshot open; books that change meanwhile may show
/// an order partly.
pub struct Entries<'a> {
    books: &'a dyn BooksReader,
    page: vec::IntoIter<Entry>,
    last: Option<Position>,
    ended: bool,
}

impl<'a> Entries<'a> {
    const PAGE: usize = 1024;

    /// Everything in `books`.
    pub fn of(books: &'a dyn BooksReader) -> Self {
        Self { books, page: Vec::new().into_iter(), last: None, ended: false }
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, BooksError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 && !self.ended {
            match self.books.entries_after(self.last.as_ref(), Self::PAGE) {
                Ok(page) => {
                    self.ended = page.len() < Self::PAGE;
                    self.last = page.last().map(Entry::position);
                    self.page = page.into_iter();
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        self.page.next().map(Ok)
    }
}
