//! Errors: of opening a store, and what SQLite's mean to whoever asked for a transaction.
//!
//! A value that cannot be converted may be personal, and the text of a conversion error may show it; such texts go no
//! further than this file.

use std::path::PathBuf;

use amends_store::StoreError;
use rusqlite::ErrorCode;
use thiserror::Error;

/// Why a store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file cannot be opened, or has another schema.
    #[error(transparent)]
    File(#[from] amends_sqlite::OpenError),
    /// The file's ids cannot be read.
    #[error("cannot read the ids of the store {path}: {source}")]
    Meta {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: StoreError,
    },
}

/// What an error of SQLite means to whoever asked for the transaction.
pub(crate) fn store_error(error: &rusqlite::Error) -> StoreError {
    let Some(code) = error.sqlite_error_code() else {
        return match error {
            rusqlite::Error::FromSqlConversionFailure(column, ..)
            | rusqlite::Error::IntegralValueOutOfRange(column, _)
            | rusqlite::Error::InvalidColumnType(column, ..)
            | rusqlite::Error::Utf8Error(column, _) => {
                StoreError::Corrupt(format!("column {column} of a row"))
            }
            _ => StoreError::Unavailable("SQLite was used in a way that it does not allow".to_owned()),
        };
    };
    let reason = error.to_string();
    match code {
        ErrorCode::DiskFull => StoreError::Full(reason),
        ErrorCode::ConstraintViolation => StoreError::Constraint(reason),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt(reason),
        ErrorCode::ReadOnly => StoreError::ReadOnly,
        _ => StoreError::Unavailable(reason),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn sqlite(code: i32) -> StoreError {
        store_error(&rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn a_full_disk_a_refused_change_and_a_damaged_file_are_told_apart() {
        assert!(matches!(sqlite(ffi::SQLITE_FULL), StoreError::Full(_)));
        assert!(matches!(sqlite(ffi::SQLITE_CONSTRAINT_CHECK), StoreError::Constraint(_)));
        assert!(matches!(sqlite(ffi::SQLITE_CORRUPT), StoreError::Corrupt(_)));
        assert!(matches!(sqlite(ffi::SQLITE_NOTADB), StoreError::Corrupt(_)));
        assert!(matches!(sqlite(ffi::SQLITE_READONLY), StoreError::ReadOnly));
        assert!(matches!(sqlite(ffi::SQLITE_BUSY), StoreError::Unavailable(_)));
        assert!(matches!(sqlite(ffi::SQLITE_IOERR_FSYNC), StoreError::Unavailable(_)));
    }

    #[test]
    fn a_value_that_cannot_be_converted_is_not_shown() {
        let secret = "ada@example.com".to_owned().into();
        let kind = rusqlite::types::Type::Text;
        let error = store_error(&rusqlite::Error::FromSqlConversionFailure(3, kind, secret));
        assert_eq!(error, StoreError::Corrupt("column 3 of a row".to_owned()));
    }
}
