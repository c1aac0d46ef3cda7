//! What became of a commit whose answer was lost.
//!
//! The server remembers what became of a transaction by its number. So whoever lost the connection while the commit was
//! on its way asks on another one.
//!
//! A crash of the server makes the numbers of transactions that were lost free again, for others. So a number that is
//! said to have committed proves that only while the server's epoch is the one in which the number was given; a number
//! that was given anew and did not commit proves that the first one did not either.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

/// How long the server is asked.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(100);

const NUMBER: &str = "SELECT pg_current_xact_id()::TEXT, (SELECT epoch FROM amends_epoch)";
const STATUS: &str = "SELECT pg_xact_status($1::TEXT::xid8), (SELECT epoch FROM amends_epoch)";
const BEGIN_EPOCH: &str = "INSERT INTO amends_epoch VALUES (1, $1) ON CONFLICT DO NOTHING";

/// The number of a transaction, and the epoch in which it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    number: String,
    /// None after a crash, until somebody begins an epoch.
    epoch: Option<String>,
}

/// The number of this transaction.
pub(crate) async fn number_of(transaction: &mut PgConnection) -> Result<Number, sqlx::Error> {
    let (number, epoch) = sqlx::query_as(NUMBER).fetch_one(transaction).await?;
    Ok(Number { number, epoch })
}

/// Begins an epoch, if there is none.
pub(crate) async fn begin_epoch(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(BEGIN_EPOCH).bind(Uuid::new_v4().to_string()).execute(db).await.map(drop)
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Committed,
    Aborted,
    /// Its number may be another's by now: nobody can say.
    Lost,
    /// It is not decided yet, or nobody answers.
    Unknown,
}

/// Asks what became of a transaction, until that is decided or nobody answers for long.
pub(crate) async fn fate_of(transaction: &Number, options: &PgConnectOptions) -> Fate {
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
async fn ask(transaction: &Number, options: &PgConnectOptions) -> Option<Fate> {
    let mut db = options.connect().await.ok()?;
    let asked = sqlx::query_as(STATUS).bind(&transaction.number).fetch_one(&mut db).await;
    let asked: Option<(Option<String>, Option<String>)> = match asked {
        Ok(asked) => Some(asked),
        // A number that was never given since the crash.
        Err(sqlx::Error::Database(error)) if error.message().contains("in the future") => {
            Some((Some("aborted".to_owned()), None))
        }
        Err(_) => None,
    };
    // What comes after a crash is another epoch. Whoever cannot say so leaves it to the next.
    drop(begin_epoch(&mut db).await);
    drop(db.close().await);
    let (status, epoch) = asked?;
    let is_same = epoch.is_some() && epoch == transaction.epoch;
    Some(match status.as_deref() {
        Some("committed") if is_same => Fate::Committed,
        Some("committed") => Fate::Lost,
        Some("aborted") => Fate::Aborted,
        _ => Fate::Unknown,
    })
}
