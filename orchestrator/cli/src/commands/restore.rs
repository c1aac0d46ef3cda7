//! `amends restore`: a data directory made from a backup.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use amends_coordinator::{Decision, mark_restored};
use amends_engine::clock::SystemClock;
use amends_engine::driver::Engine;
use amends_engine::journal::DirectoryId;
use amends_store::{Restored, Store};
use amends_store_postgres::{PostgresOptions, PostgresStore};
use amends_store_sqlite::SqliteStore;
use serde_json::json;

use crate::args::Restore;
use crate::backup::{Note, Staged, StoreKind};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::output::{self, Steps};

pub(crate) async fn run(arguments: &Restore) -> Result<ExitCode, Failure> {
    let note = Note::read(&arguments.backup)?;
    let database = arguments.database.options();
    check_database(&note, database.as_ref())?;
    if note.store == StoreKind::Engine && arguments.copy {
        return Err(Failure::Unusable(
            "an engine cannot be copied: the executions that are open would go on in both, and do everything twice; \
             --recover it, if the original is lost"
                .into(),
        ));
    }
    let restored = if arguments.copy { Restored::Copied } else { Restored::Recovered };
    let backup = DataDir::at(&arguments.backup);
    let staged = Staged::begin(&arguments.data.dir)?;
    let steps = Steps::new();
    steps.begin("the files");
    let marked = match database {
        None if note.store == StoreKind::Engine => {
            staged.take(&backup.engine(), &staged.files().engine())?;
            0
        }
        None => {
            staged.take(&backup.store(), &staged.files().store())?;
            take_engine(&backup, &staged, &note, restored)?;
            steps.begin("the orders");
            mark_sqlite(arguments, &staged, restored).await?
        }
        Some(options) => {
            take_bound_engine(&backup, &staged, &note, restored)?;
            steps.begin("the orders");
            mark_postgres(arguments, &options, &note, restored).await?
        }
    };
    staged.take(&backup.registry(), &staged.files().registry())?;
    staged.take(&backup.books(), &staged.files().books())?;
    staged.finish()?;
    steps.end();
    tell(arguments, &note, marked)?;
    Ok(ExitCode::SUCCESS)
}

fn check_database(note: &Note, database: Option<&PostgresOptions>) -> Result<(), Failure> {
    match (note.store, database) {
        (StoreKind::Sqlite | StoreKind::Engine, None) | (StoreKind::Postgres, Some(_)) => Ok(()),
        (StoreKind::Engine, Some(_)) => Err(Failure::Unusable(
            "the backup is of an engine alone: leave --database-url out (and AMENDS_DATABASE_URL unset)"
                .into(),
        )),
        (StoreKind::Sqlite, Some(_)) => Err(Failure::Unusable(
            "the backup has a store of its own: leave --database-url out (and AMENDS_DATABASE_URL unset)"
                .into(),
        )),
        (StoreKind::Postgres, None) => Err(Failure::Unusable(
            "the backup belongs to a database: restore that one first, and name it with --database-url"
                .into(),
        )),
    }
}

/// The engine's files of a directory with a store of its own, which is there already.
fn take_engine(backup: &DataDir, staged: &Staged, note: &Note, restored: Restored) -> Result<(), Failure> {
    let files = staged.files();
    match restored {
        Restored::Recovered => staged.take(&backup.engine(), &files.engine()),
        Restored::Copied => {
            let directory = SqliteStore::mint_anew(&files.store()).map_err(Failure::failed)?;
            debug_assert_ne!(directory, note.directory);
            Engine::copy_finished(&backup.engine(), &files.engine(), DirectoryId(*directory.as_bytes()))
                .map_err(Failure::failed)
        }
    }
}

/// The engine's files of a directory that works for a database. A copy has no past: its id is minted at its first use.
fn take_bound_engine(
    backup: &DataDir,
    staged: &Staged,
    note: &Note,
    restored: Restored,
) -> Result<(), Failure> {
    match restored {
        Restored::Recovered => {
            staged.take(&backup.engine(), &staged.files().engine())?;
            staged.files().bind(note.directory, note.deployment)
        }
        Restored::Copied => Ok(()),
    }
}

async fn mark_sqlite(arguments: &Restore, staged: &Staged, restored: Restored) -> Result<u64, Failure> {
    let clock = Arc::new(SystemClock::new());
    let store = SqliteStore::open(&staged.files().store(), clock).map_err(Failure::failed)?;
    mark_restored(&store, restored, decision(arguments)).await.map_err(Failure::failed)
}

async fn mark_postgres(
    arguments: &Restore,
    options: &PostgresOptions,
    note: &Note,
    restored: Restored,
) -> Result<u64, Failure> {
    let store = PostgresStore::open(options).await.map_err(Failure::failed)?;
    if restored == Restored::Recovered && store.deployment() != note.deployment {
        return Err(Failure::Unusable(
            "the database is another one than the backup belongs to: restore the database's own backup first"
                .into(),
        ));
    }
    // Marked first: whoever is interrupted in between has frozen orders under the old id, and not the reverse.
    let marked = mark_restored(&store, restored, decision(arguments)).await.map_err(Failure::failed)?;
    if restored == Restored::Copied {
        store.mint_deployment_anew().await.map_err(Failure::failed)?;
    }
    store.close().await;
    Ok(marked)
}

fn decision(arguments: &Restore) -> Decision {
    let actor = env::var("USER").or_else(|_| env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
    Decision::new(&actor, &arguments.why)
}

fn tell(arguments: &Restore, note: &Note, marked: u64) -> Result<(), Failure> {
    let (shown, taken) = (arguments.data.dir.display(), note.taken);
    if arguments.json {
        let how = if arguments.copy { "copied" } else { "recovered" };
        return output::print_json(&json!({
            "data": arguments.data.dir,
            "restored": how,
            "taken": taken.to_string(),
            "orders": marked,
        }));
    }
    let text = match arguments.copy {
        false if note.store == StoreKind::Engine => format!(
            "{shown} is recovered as of {taken}: its executions go on with `amends engine --data {shown}`, and tasks that \
             were under way then are done again\n"
        ),
        true => format!(
            "{shown} is a copy of {taken}, and another deployment: nothing is done in it for {marked} orders that go on elsewhere\n"
        ),
        false => format!(
            "{shown} is recovered as of {taken}: {marked} orders go on, and the providers are asked what was done since\n\
             orders that were accepted after that are not in it: look at what the providers have before placing them again\n"
        ),
    };
    output::print(&text)
}
