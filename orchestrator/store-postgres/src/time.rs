//! The time of a transaction: the database's clock, but never back.
//!
//! A sequence keeps the latest time that any transaction has had; it is no part of a transaction, so nobody waits for
//! it. It is asked at the first need of a time, after the locks that were taken before: whoever had to wait for a lock
//! is later than whoever held it. Two processes that ask in the same microsecond, just as the clock is set back, could
//! be given times in the wrong order; nothing else can.

use amends_store::{Access, StoreError};
use amends_types::Timestamp;
use sqlx::PgConnection;

use crate::error::store_error;
use crate::options::TimeSource;

const NEXT: &str = "SELECT amends_now($1)";
/// On a replica nothing can be counted.
const AFTER: &str = "
    SELECT greatest(coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT), last_value + 1)
    FROM amends_time";
pub(crate) const LATEST: &str = "SELECT last_value FROM amends_time";

/// Asks for the time.
pub(crate) async fn now(
    db: &mut PgConnection,
    source: &TimeSource,
    access: Access,
) -> Result<Timestamp, StoreError> {
    let given = match source {
        TimeSource::Database => None,
        TimeSource::Clock(clock) => Some(clock.now().as_micros()),
    };
    let sql = match access {
        Access::Write => NEXT,
        Access::Read | Access::ReadLagging => AFTER,
    };
    let micros: i64 =
        sqlx::query_scalar(sql).bind(given).fetch_one(db).await.map_err(|error| store_error(&error))?;
    Ok(Timestamp::from_micros(micros))
}
