//! One database of a server.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

/// A database that nobody else uses.
pub struct Database {
    url: String,
}

impl Database {
    /// Makes one in the server that listens there.
    pub(super) fn create(port: u16) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let admin = format!("postgres://amends@127.0.0.1:{port}/postgres");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        // A thread of its own: the caller may be inside a runtime, or have none.
        let made = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut db = PgConnection::connect(&admin).await.unwrap();
                sqlx::raw_sql(create).execute(&mut db).await.unwrap();
                db.close().await.unwrap();
            });
        });
        made.join().unwrap();
        Self { url: format!("postgres://amends@127.0.0.1:{port}/{name}") }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}
