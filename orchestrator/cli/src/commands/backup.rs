//! `amends backup`: a data directory as it is at one moment, while a service may be at work in it.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use amends_engine::clock::SystemClock;
use amends_engine::driver::Engine;
use amends_engine::journal::DirectoryId;
use amends_sfn::Registry;
use amends_store::Store;
use amends_store_sqlite::SqliteStore;
use amends_types::Clock;
use serde_json::json;
use uuid::Uuid;

use crate::args::Backup;
use crate::backup::{BackupDir, Note, StoreKind};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::output::{self, Steps};

pub(crate) fn run(arguments: &Backup) -> Result<ExitCode, Failure> {
    let dir = &arguments.data.dir;
    let (from, note) = match DataDir::of_engine(dir) {
        Some(from) => {
            let note = note_of_engine(&from)?;
            (from, note)
        }
        None => {
            let from = DataDir::existing(dir)?;
            let note = note_of(&from)?;
            (from, note)
        }
    };
    let backup = BackupDir::new(&arguments.into)?;
    let into = backup.files();
    let steps = Steps::new();
    steps.begin("the engine's journal and archive");
    let directory = DirectoryId(*note.directory.as_bytes());
    let backed_up = Engine::back_up(&from.engine(), directory, &into.engine()).map_err(Failure::failed)?;
    // Later than the journal: see the module `backup`.
    if note.store == StoreKind::Sqlite {
        steps.begin("the store");
        copy(&from.store(), &into.store())?;
    }
    if from.registry().is_file() {
        steps.begin("the registry");
        copy(&from.registry(), &into.registry())?;
    }
    if from.books().is_file() {
        steps.begin("the sandbox's books");
        copy(&from.books(), &into.books())?;
    }
    note.write(backup.path())?;
    steps.end();
    tell(arguments, &note, backed_up.open)?;
    Ok(ExitCode::SUCCESS)
}

fn note_of(from: &DataDir) -> Result<Note, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let taken = clock.now();
    if let Some(bound) = from.bound()? {
        return Ok(Note::new(taken, bound.deployment, bound.directory, StoreKind::Postgres));
    }
    let store = SqliteStore::open_read_only(&from.store(), clock).map_err(Failure::failed)?;
    Ok(Note::new(taken, store.deployment(), store.directory_id(), StoreKind::Sqlite))
}

fn note_of_engine(from: &DataDir) -> Result<Note, Failure> {
    let directory = Registry::directory_in(&from.registry()).map_err(Failure::failed)?;
    let directory = Uuid::from_bytes(directory);
    let deployment = directory.to_string().parse().map_err(Failure::failed)?;
    Ok(Note::new(SystemClock::new().now(), deployment, directory, StoreKind::Engine))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    amends_sqlite::copy(from, to).map_err(Failure::failed)
}

fn tell(arguments: &Backup, note: &Note, open: usize) -> Result<(), Failure> {
    let shown = arguments.into.display();
    if arguments.json {
        return output::print_json(&json!({
            "backup": arguments.into,
            "taken": note.taken.to_string(),
            "store": note.store,
            "open_executions": open,
        }));
    }
    let mut text = format!("{shown} is a backup with {open} open executions; see `amends restore`\n");
    if note.store == StoreKind::Postgres {
        text.push_str(
            "the database is not in it: make a backup of it now, after this one, and keep the two together\n",
        );
    }
    output::print(&text)
}
