//! A journal that was changed after it had been written is refused, and says where.

use amends_engine::driver::EngineOpenError;
use amends_engine::journal::{Archive, JournalError, Storage, Survives};
use serde_json::json;

use crate::world::World;

const FIRST: &str = "0000000000000001.log";

/// A journal of one segment with two records, and where the first one ends.
fn written() -> (World, usize) {
    let world = World::new();
    let engine = world.open();
    let length = || {
        let storage: &dyn amends_engine::journal::Storage = &world.storage;
        storage.read(FIRST).map_or(0, |bytes| bytes.len())
    };
    world.run(engine.start("wait", "w-1", json!({}))).unwrap();
    let first = length();
    world.run(engine.start("wait", "w-2", json!({}))).unwrap();
    assert!(length() > first);
    drop(engine);
    (world.after_crash(Survives::Nothing), first)
}

fn open(world: &World) -> Result<(), JournalError> {
    match world.try_open() {
        Ok(_) => Ok(()),
        Err(EngineOpenError::Journal(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_flipped_bit_before_the_last_record_is_refused() {
    let (world, end) = written();
    for at in 0..end {
        let damaged = world.after_crash(Survives::Nothing);
        damaged.storage.damage(FIRST, |bytes| bytes[at] ^= 1 << (at % 8));
        let error = open(&damaged).expect_err("the damage is noticed");
        assert!(matches!(&error, JournalError::Damaged { file, .. } if file == FIRST), "byte {at}: {error}");
    }
}

#[test]
fn a_flipped_bit_in_the_last_record_never_changes_what_is_read() {
    let (world, end) = written();
    let length = {
        let storage: &dyn amends_engine::journal::Storage = &world.storage;
        storage.read(FIRST).unwrap().len()
    };
    for at in end..length {
        let damaged = world.after_crash(Survives::Nothing);
        damaged.storage.damage(FIRST, |bytes| bytes[at] ^= 1 << (at % 8));
        let engine = damaged.open();
        assert_eq!(damaged.run(engine.open_count()), 1, "byte {at}");
    }
}

#[test]
fn a_missing_segment_is_refused() {
    let (world, _) = written();
    // A second process adds a second segment.
    let engine = world.open();
    world.run(engine.start("wait", "w-3", json!({}))).unwrap();
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let storage: &dyn amends_engine::journal::Storage = &after.storage;
    storage.remove(FIRST).unwrap();
    let error = open(&after).unwrap_err();
    assert!(matches!(&error, JournalError::Damaged { file, .. } if file == FIRST), "{error}");
}

#[test]
fn a_segment_that_lost_its_end_is_refused() {
    let (world, end) = written();
    let engine = world.open();
    world.run(engine.start("wait", "w-3", json!({}))).unwrap();
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    after.storage.damage(FIRST, |bytes| bytes.truncate(end));
    let error = open(&after).unwrap_err();
    let expected = end;
    assert!(
        matches!(&error, JournalError::Damaged { file, offset, .. } if file == FIRST && *offset == expected),
        "{error}"
    );
}

#[test]
fn a_journal_of_another_directory_is_refused() {
    let (world, _) = written();
    world.storage.damage(FIRST, |bytes| {
        // The id of the directory, and the checksum of the header that fits it.
        bytes[40..56].fill(9);
        bytes[12..16].fill(0);
        let crc = crc32fast::hash(&bytes[..56]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    });
    assert!(matches!(open(&world), Err(JournalError::OtherDirectory { .. })));
}

/// In two lives ten executions have ended, and are in the archive, durably, and one waits.
fn archived(segment_bytes: u64) -> World {
    let mut world = World::new();
    world.limits.segment_bytes = segment_bytes;
    for life in 0..2 {
        let engine = world.open();
        world.run(async {
            engine.start("wait", "w", json!({})).await.unwrap();
            for number in 0..5 {
                let name = format!("s-{life}-{number}");
                engine.start("steps", &name, json!({})).await.unwrap();
                engine.wait_end("steps", &name).await.unwrap();
            }
        });
        drop(engine);
        world = synced(&world);
    }
    world
}

/// The same machine after a crash, with all of the archive on its disk.
fn synced(world: &World) -> World {
    let archive: &dyn Archive = &world.archive;
    archive.sync().unwrap();
    world.after_crash(Survives::Nothing)
}

fn segments(world: &World) -> Vec<String> {
    let mut names = world.storage.list().unwrap();
    names.retain(|name| name.ends_with(".log"));
    names
}

#[test]
fn a_journal_that_lost_what_the_archive_has_is_refused() {
    type Loss = fn(&World, &[String]);
    let cases: [(&str, Loss); 4] = [
        ("the last file is gone", |world, files| world.storage.remove(&files[files.len() - 1]).unwrap()),
        ("the last file is empty", |world, files| world.storage.damage(&files[files.len() - 1], Vec::clear)),
        ("half of the files are gone", |world, files| {
            files[files.len() / 2..].iter().for_each(|file| world.storage.remove(file).unwrap());
        }),
        ("all files are gone", |world, files| {
            files.iter().for_each(|file| world.storage.remove(file).unwrap());
        }),
    ];
    open(&archived(1_000_000)).unwrap();
    for (case, lose) in cases {
        let world = archived(1_000_000);
        lose(&world, &segments(&world));
        let error = open(&world).expect_err(case);
        assert!(matches!(&error, JournalError::Lost { .. }), "{case}: {error}");
        assert!(error.to_string().contains("restore the whole data directory from a backup"), "{error}");
    }
}

#[test]
fn an_execution_that_the_archive_saw_end_is_not_open_again() {
    let world = World::new();
    let engine = world.open();
    let length = || world.storage.read(FIRST).unwrap().len();
    world.run(engine.start("steps", "s", json!({}))).unwrap();
    let started = length();
    world.run(engine.wait_end("steps", "s")).unwrap();
    drop(engine);
    let world = synced(&world);
    world.storage.damage(FIRST, |bytes| bytes.truncate(started));
    let error = open(&world).unwrap_err();
    assert!(
        matches!(&error, JournalError::Lost { what } if what.contains("the end of the execution 's'")),
        "{error}"
    );
}

#[test]
fn the_next_number_is_known_after_every_segment_of_the_last_executions_went() {
    let mut world = archived(500);
    let engine = world.open();
    world.run(engine.wait_end("wait", "w")).unwrap();
    drop(engine);
    // Nothing is open: each life begins a file, and releases those before it.
    for _ in 0..5 {
        world = synced(&world);
        let engine = world.open();
        assert_eq!(world.run(engine.open_count()), 0);
        drop(engine);
    }
    assert!(segments(&world).len() <= 2, "{:?}", segments(&world));
    open(&synced(&world)).unwrap();
}
