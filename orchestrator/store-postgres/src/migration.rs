//! Migrations: each is applied once, under a lock, and never changed afterwards.
//!
//! A database that a newer program has migrated can be used as long as every migration says that this version may go on
//! (`compatible_from`): a deployment has old and new programs on one database for a while.

use amends_store::StoreError;
use amends_types::Sha256Hex;
use sqlx::{Connection, PgConnection};

use crate::OpenError;
use crate::error::store_error;

/// One step of the schema.
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    /// The least version of the program that may use the database from then on.
    pub(crate) compatible_from: i64,
    pub(crate) sql: &'static str,
}

pub(crate) static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "store",
        compatible_from: 1,
        sql: include_str!("../../../migrations/postgres/0001_store.sql"),
    },
    Migration {
        version: 2,
        name: "epoch",
        compatible_from: 1,
        sql: include_str!("../../../migrations/postgres/0002_epoch.sql"),
    },
];

/// Any number that no other program takes for its lock.
const LOCK: i64 = 0x616d_656e_6473;

const CREATE: &str = r#"
    CREATE TABLE IF NOT EXISTS amends_migration (
        version         BIGINT PRIMARY KEY,
        name            TEXT NOT NULL,
        compatible_from BIGINT NOT NULL,
        sha256          TEXT NOT NULL
    )"#;

/// Brings the database to the newest version. If that fails, the connection may be left with the time limits of a
/// migration.
pub(crate) async fn migrate(db: &mut PgConnection, migrations: &[Migration]) -> Result<(), OpenError> {
    // Another process may be migrating, and a migration may take as long as it must; the lock goes with the connection.
    execute(db, "SET lock_timeout = '60s'; SET statement_timeout = 0").await?;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut *db).await.map_err(unavailable)?;
    let migrated = migrate_locked(db, migrations).await;
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut *db).await.map_err(unavailable)?;
    // The limits that the connection was made with.
    execute(db, "RESET lock_timeout; RESET statement_timeout").await?;
    migrated
}

async fn migrate_locked(db: &mut PgConnection, migrations: &[Migration]) -> Result<(), OpenError> {
    execute(db, CREATE).await?;
    let found = check(db, migrations).await?;
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        apply(db, migration).await.map_err(|error| OpenError::Migration {
            version: migration.version,
            name: migration.name,
            source: error,
        })?;
    }
    Ok(())
}

/// Refuses a database that lacks a migration.
pub(crate) async fn require(db: &mut PgConnection, migrations: &[Migration]) -> Result<(), OpenError> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('amends_migration') IS NOT NULL")
        .fetch_one(&mut *db)
        .await
        .map_err(unavailable)?;
    let found = if exists { check(db, migrations).await? } else { 0 };
    let needed = newest(migrations);
    if found < needed {
        return Err(OpenError::Older { found, needed });
    }
    Ok(())
}

/// The database's version, after comparing what it has had with what this program has.
async fn check(db: &mut PgConnection, migrations: &[Migration]) -> Result<i64, OpenError> {
    let rows: Vec<(i64, i64, String)> =
        sqlx::query_as("SELECT version, compatible_from, sha256 FROM amends_migration ORDER BY version")
            .fetch_all(db)
            .await
            .map_err(unavailable)?;
    let known = newest(migrations);
    let found = rows.last().map_or(0, |(version, ..)| *version);
    let needed = rows.iter().map(|(_, compatible_from, _)| *compatible_from).max().unwrap_or(0);
    if needed > known {
        return Err(OpenError::Newer { found, needed, known });
    }
    for (version, _, sha256) in rows {
        let ours = migrations.iter().find(|migration| migration.version == version);
        if ours.is_some_and(|ours| checksum(ours) != Sha256Hex::from_stored(sha256)) {
            return Err(OpenError::ChangedMigration { version });
        }
    }
    Ok(found)
}

async fn apply(db: &mut PgConnection, migration: &Migration) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| store_error(&error);
    let mut transaction = db.begin().await.map_err(failed)?;
    sqlx::raw_sql(migration.sql).execute(&mut *transaction).await.map_err(failed)?;
    sqlx::query(
        "INSERT INTO amends_migration (version, name, compatible_from, sha256) VALUES ($1, $2, $3, $4)",
    )
    .bind(migration.version)
    .bind(migration.name)
    .bind(migration.compatible_from)
    .bind(checksum(migration).as_str())
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

fn checksum(migration: &Migration) -> Sha256Hex {
    Sha256Hex::of(migration.sql.as_bytes())
}

fn newest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

async fn execute(db: &mut PgConnection, sql: &'static str) -> Result<(), OpenError> {
    sqlx::raw_sql(sql).execute(db).await.map(drop).map_err(unavailable)
}

fn unavailable(error: sqlx::Error) -> OpenError {
    OpenError::Unavailable(store_error(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cluster;

    async fn fresh() -> PgConnection {
        let url = Cluster::shared().database().url().to_owned();
        PgConnection::connect(&url).await.unwrap()
    }

    fn migration(version: i64, compatible_from: i64, sql: &'static str) -> Migration {
        Migration { version, name: "test", compatible_from, sql }
    }

    #[tokio::test]
    async fn the_previous_version_goes_on_after_a_migration_that_only_adds() {
        let mut db = fresh().await;
        let first = || migration(1, 1, "CREATE TABLE a (x INTEGER)");
        let second = migration(2, 1, "ALTER TABLE a ADD COLUMN y INTEGER");
        migrate(&mut db, &[first()]).await.unwrap();
        migrate(&mut db, &[first(), second]).await.unwrap();
        migrate(&mut db, &[first()]).await.unwrap();
        require(&mut db, &[first()]).await.unwrap();
    }

    #[tokio::test]
    async fn a_database_that_needs_a_newer_program_is_refused() {
        let mut db = fresh().await;
        let first = || migration(1, 1, "CREATE TABLE a (x INTEGER)");
        migrate(&mut db, &[first(), migration(2, 2, "DROP TABLE a")]).await.unwrap();
        let refused = migrate(&mut db, &[first()]).await;
        assert!(matches!(refused, Err(OpenError::Newer { found: 2, needed: 2, known: 1 })), "{refused:?}");
    }

    #[tokio::test]
    async fn a_migration_that_was_changed_and_a_database_that_lacks_one_are_refused() {
        let mut db = fresh().await;
        let first = || migration(1, 1, "CREATE TABLE a (x INTEGER)");
        let lacking = require(&mut db, &[first()]).await;
        assert!(matches!(lacking, Err(OpenError::Older { found: 0, needed: 1 })), "{lacking:?}");
        migrate(&mut db, &[first()]).await.unwrap();
        let changed = migrate(&mut db, &[migration(1, 1, "CREATE TABLE b (x INTEGER)")]).await;
        assert!(matches!(changed, Err(OpenError::ChangedMigration { version: 1 })), "{changed:?}");
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_nothing_and_many_processes_migrate_once() {
        let url = Cluster::shared().database().url().to_owned();
        let mut db = PgConnection::connect(&url).await.unwrap();
        let broken =
            migrate(&mut db, &[migration(1, 1, "CREATE TABLE a (x INTEGER); SELECT nonsense")]).await;
        assert!(matches!(broken, Err(OpenError::Migration { version: 1, .. })), "{broken:?}");
        let many = (0..8).map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let mut db = PgConnection::connect(&url).await.unwrap();
                migrate(&mut db, MIGRATIONS).await
            })
        });
        for one in many.collect::<Vec<_>>() {
            one.await.unwrap().unwrap();
        }
    }
}
