//! One row, read column by column in the order in which they were selected.
//!
//! By place, not by name: SQLite would compare each name with each. An unreadable column is reported by table, key
//! and name, never by its value, which may be personal.

use amends_store::StoreError;
use amends_types::Timestamp;
use rusqlite::Row;
use rusqlite::types::FromSql;
use serde::de::DeserializeOwned;

/// A row type of the store, as the file keeps it.
pub(crate) trait Stored: Sized {
    /// The table.
    const TABLE: &'static str;
    /// How many columns make the key. They are selected first.
    const KEYS: usize;

    /// Reads the columns in the order in which the table's statements select them.
    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError>;
}

/// A row that is being read.
pub(crate) struct Columns<'a> {
    row: &'a Row<'a>,
    table: &'static str,
    keys: usize,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Reads a whole row.
    pub(crate) fn read<T: Stored>(row: &'a Row<'a>) -> Result<T, StoreError> {
        T::read(&mut Self { row, table: T::TABLE, keys: T::KEYS, next: 0 })
    }

    /// The next column, of a type that SQLite has.
    pub(crate) fn take<T: FromSql>(&mut self) -> Result<T, StoreError> {
        let value = self.row.get(self.next).map_err(|_| self.unreadable())?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, whose text `parse` must know.
    pub(crate) fn parse<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let value = self.text()?.and_then(parse).ok_or_else(|| self.unreadable())?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, absent or text that `parse` must know.
    pub(crate) fn parse_option<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.text()? else {
            self.next += 1;
            return Ok(None);
        };
        let value = parse(text).ok_or_else(|| self.unreadable())?;
        self.next += 1;
        Ok(Some(value))
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

    fn text(&self) -> Result<Option<&'a str>, StoreError> {
        let value = self.row.get_ref(self.next).map_err(|_| self.unreadable())?;
        value.as_str_or_null().map_err(|_| self.unreadable())
    }

    fn unreadable(&self) -> StoreError {
        let part = |column| match self.row.get_ref(column) {
            Ok(value) => value.as_str().unwrap_or("?").to_owned(),
            Err(_) => "?".to_owned(),
        };
        let key: Vec<String> = (0..self.keys).map(part).collect();
        let column = self.row.as_ref().column_name(self.next).unwrap_or("?");
        StoreError::Corrupt(format!("{} {}, column {column}", self.table, key.join(" ")))
    }
}
