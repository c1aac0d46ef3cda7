//! Entries as SQLite keeps them.

use amends_sqlite::rusqlite::{self, Row};
use amends_types::{IdempotencyKey, Money, Sha256Hex, Timestamp};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as TextError;

use super::{BooksError, Delayed, EffectKind, Entry, NewEntry};
use crate::ProviderKind;

/// The columns that [`entry`] reads, in its order.
macro_rules! entry_columns {
    () => {
        "seq, at, provider, reference, effect, key, body_sha256, object, amount_minor, currency, scenario"
    };
}
pub(super) use entry_columns;

pub(super) fn entry(row: &Row<'_>) -> Result<Entry, BooksError> {
    let amount = match (row.get(8)?, row.get::<_, Option<String>>(9)?) {
        (Some(minor), Some(code)) => Some(Money { minor, currency: named(&code)? }),
        _ => None,
    };
    let body = NewEntry {
        at: Timestamp::from_micros(row.get(1)?),
        provider: named(text(row, 2)?)?,
        reference: row.get(3)?,
        effect: named::<EffectKind>(text(row, 4)?)?,
        key: named(text(row, 5)?)?,
        body_sha256: Sha256Hex::from_stored(row.get(6)?),
        object: row.get(7)?,
        amount,
        scenario: row.get(10)?,
    };
    Ok(Entry { seq: row.get::<_, i64>(0)?.unsigned_abs(), body })
}

/// Reads `provider, key, reference, due_at, body_sha256, request`.
pub(super) fn delayed(row: &Row<'_>) -> Result<Delayed, BooksError> {
    Ok(Delayed {
        provider: named::<ProviderKind>(text(row, 0)?)?,
        key: named::<IdempotencyKey>(text(row, 1)?)?,
        reference: row.get(2)?,
        due_at: Timestamp::from_micros(row.get(3)?),
        body_sha256: Sha256Hex::from_stored(row.get(4)?),
        request: row.get(5)?,
    })
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, BooksError> {
    row.get_ref(column)?.as_str().map_err(|error| BooksError::Sqlite(rusqlite::Error::from(error)))
}

/// A value from the name that it has in JSON.
fn named<'a, T: Deserialize<'a>>(name: &'a str) -> Result<T, BooksError> {
    T::deserialize(name.into_deserializer())
        .map_err(|error: TextError| BooksError::Unreadable { what: error.to_string() })
}
