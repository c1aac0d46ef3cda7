//! One row, read column by column in the order in which they were selected.
//!
//! An unreadable column is reported by table and place, never by its value, which may be personal.

use amends_store::StoreError;
use amends_types::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row, Type};

use crate::text;

/// A row type of the store, as the database keeps it.
pub(crate) trait Stored: Sized {
    /// The table.
    const TABLE: &'static str;

    /// Reads the columns in the order in which the table's statements select them.
    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError>;
}

/// A row that is being read.
pub(crate) struct Columns<'a> {
    row: &'a PgRow,
    table: &'static str,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Reads a whole row.
    pub(crate) fn read<T: Stored>(row: &'a PgRow) -> Result<T, StoreError> {
        T::read(&mut Self { row, table: T::TABLE, next: 0 })
    }

    /// The next column, of a type that PostgreSQL has; texts are read with [`Columns::text`].
    pub(crate) fn take<T: Decode<'a, Postgres> + Type<Postgres>>(&mut self) -> Result<T, StoreError> {
        let value = self.row.try_get(self.next).map_err(|_| self.unreadable())?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, a text.
    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        let place = self.next;
        self.text_option()?.ok_or_else(|| self.unreadable_at(place))
    }

    /// The next column, absent or a text.
    pub(crate) fn text_option(&mut self) -> Result<Option<String>, StoreError> {
        let place = self.next;
        match self.take::<Option<String>>()? {
            None => Ok(None),
            Some(stored) => text::read(stored).map(Some).ok_or_else(|| self.unreadable_at(place)),
        }
    }

    /// The next column, whose text `parse` must know.
    pub(crate) fn parse<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let place = self.next;
        parse(&self.text()?).ok_or_else(|| self.unreadable_at(place))
    }

    /// The next column, absent or text that `parse` must know.
    pub(crate) fn parse_option<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let place = self.next;
        match self.text_option()? {
            None => Ok(None),
            Some(text) => parse(&text).map(Some).ok_or_else(|| self.unreadable_at(place)),
        }
    }

    /// The next column, which holds JSON.
    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        self.parse(|text| serde_json::from_str(text).ok())
    }

    /// The next column, absent or JSON.
    pub(crate) fn json_option<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        self.parse_option(|text| serde_json::from_str(text).ok())
    }

    /// The next column, which holds a time.
    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.take().map(Timestamp::from_micros)
    }

    /// The next column, absent or a time.
    pub(crate) fn time_option(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_micros))
    }

    /// The next column, a count that fits 32 bits.
    pub(crate) fn count(&mut self) -> Result<u32, StoreError> {
        let place = self.next;
        u32::try_from(self.take::<i64>()?).map_err(|_| self.unreadable_at(place))
    }

    /// The next column, a number that is not negative.
    pub(crate) fn quantity(&mut self) -> Result<u64, StoreError> {
        let place = self.next;
        u64::try_from(self.take::<i64>()?).map_err(|_| self.unreadable_at(place))
    }

    fn unreadable(&self) -> StoreError {
        self.unreadable_at(self.next)
    }

    fn unreadable_at(&self, place: usize) -> StoreError {
        StoreError::Corrupt(format!("{}, column {}", self.table, place + 1))
    }
}
