//! A journal that was changed after it had been written is refused, and says where.

use amends_engine::driver::EngineOpenError;
use amends_engine::journal::{JournalError, Survives};
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
