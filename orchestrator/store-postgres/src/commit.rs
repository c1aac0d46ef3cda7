//! What became of a commit whose answer was lost.
//!
//! The server remembers what became of a transaction by its number, over a restart too. So whoever lost the connection
//! while the commit was on its way asks on another one.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// How long the server is asked.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(100);

const STATUS: &str = "SELECT pg_xact_status($1::TEXT::xid8)";

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Committed,
    Aborted,
    Unknown,
}

/// Asks what became of a transaction, until that is decided or nobody answers for long.
pub(crate) async fn fate_of(transaction: &str, options: &PgConnectOptions) -> Fate {
    let asked = async {
        loop {
            match ask(transaction, options).await {
                Some(Fate::Unknown) | None => tokio::time::sleep(PAUSE).await,
                Some(fate) => return fate,
            }
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Fate::Unknown)
}

/// None when nobody answers.
async fn ask(transaction: &str, options: &PgConnectOptions) -> Option<Fate> {
    let mut db = options.connect().await.ok()?;
    let status: Option<String> =
        sqlx::query_scalar(STATUS).bind(transaction).fetch_one(&mut db).await.ok()?;
    drop(db.close().await);
    Some(match status.as_deref() {
        Some("committed") => Fate::Committed,
        Some("aborted") => Fate::Aborted,
        _ => Fate::Unknown,
    })
}
