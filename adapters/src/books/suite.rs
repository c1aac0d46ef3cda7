//! What every storage of books must do, run for memory and for SQLite.

use amends_types::{DeploymentId, IdempotencyKey, Sha256Hex, Timestamp};

use super::{
    Books, BooksReader, Delayed, EffectKind, Entries, MemoryBooks, NewEntry, SqliteBooks, SqliteBooksReader,
    transact,
};
use crate::ProviderKind;

fn key(purpose: &str) -> IdempotencyKey {
    IdempotencyKey::derive(DeploymentId::fixed(7), &"books".parse().unwrap(), "step", purpose)
}

fn entry(reference: &str, purpose: &str) -> NewEntry {
    NewEntry {
        at: Timestamp::from_micros(1),
        provider: ProviderKind::Payment,
        reference: reference.to_owned(),
        effect: EffectKind::Captured,
        key: key(purpose),
        body_sha256: Sha256Hex::of(purpose.as_bytes()),
        object: format!("pi_{reference}_1"),
        amount: Some(amends_types::Money { minor: 1999, currency: "EUR".parse().unwrap() }),
        scenario: Some("lostReply".to_owned()),
    }
}

fn delayed(reference: &str, due_at: i64) -> Delayed {
    Delayed {
        due_at: Timestamp::from_micros(due_at),
        provider: ProviderKind::Inventory,
        reference: reference.to_owned(),
        key: key(reference),
        body_sha256: Sha256Hex::of(b""),
        request: "{}".to_owned(),
    }
}

async fn append(books: &dyn Books, entries: Vec<NewEntry>) {
    let work = |page: &mut dyn super::Page| {
        for entry in entries {
            page.append(entry)?;
        }
        Ok(())
    };
    transact(books, work).await.unwrap();
}

async fn entries_are_read_by_reference_then_seq_across_pages(books: &dyn Books) {
    let names = ["b", "a", "c", "a", "é", "B"];
    append(books, names.iter().map(|name| entry(name, name)).collect()).await;
    append(books, (0..2100).map(|n| entry("many", &format!("m{n}"))).collect()).await;

    let read: Vec<_> = Entries::of(books).map(|entry| entry.unwrap().position()).collect();
    assert_eq!(read.len(), 2106);
    assert!(read.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(Entries::of(books).next().unwrap().unwrap().reference, "B");
}

async fn an_entry_comes_back_as_it_was_written(books: &dyn Books) {
    let plain = NewEntry { amount: None, scenario: None, ..entry("a", "second") };
    append(books, vec![entry("a", "first"), plain.clone()]).await;
    let read = books.entries_of("a").unwrap();
    assert_eq!((read[0].seq, &read[0].body), (1, &entry("a", "first")));
    assert_eq!((read[1].seq, &read[1].body), (2, &plain));
    assert_eq!(books.entries_of("b").unwrap(), []);
}

async fn every_kind_of_effect_comes_back(books: &dyn Books) {
    let entries = EffectKind::ALL.map(|effect| NewEntry { effect, ..entry("a", effect.as_str()) });
    append(books, entries.to_vec()).await;
    let read: Vec<_> = books.entries_of("a").unwrap().iter().map(|entry| entry.effect).collect();
    assert_eq!(read, EffectKind::ALL);
}

async fn keys_are_counted_and_the_latest_entry_of_a_key_is_found(books: &dyn Books) {
    append(books, vec![entry("a", "same"), entry("b", "same"), entry("c", "other")]).await;
    assert_eq!(books.count_of_key(&key("same")).unwrap(), 2);
    assert_eq!(books.count_of_key(&key("never")).unwrap(), 0);
    let (latest, elsewhere) = transact(books, |page| {
        let latest = page.latest_of_key(ProviderKind::Payment, &key("same"))?;
        Ok((latest, page.latest_of_key(ProviderKind::Inventory, &key("same"))?))
    })
    .await
    .unwrap();
    assert_eq!(latest.unwrap().reference, "b");
    assert_eq!(elsewhere, None);
}

async fn calls_are_counted_for_each_reference_and_operation(books: &dyn Books) {
    let count = async |reference: &'static str, operation: &'static str| {
        transact(books, move |page| page.count_call(ProviderKind::Payment, reference, operation))
            .await
            .unwrap()
    };
    assert_eq!(count("a", "capture").await, 0);
    assert_eq!(count("a", "capture").await, 1);
    assert_eq!(count("a", "reverse").await, 0);
    assert_eq!(count("b", "capture").await, 0);
}

async fn delayed_requests_come_out_when_due_and_only_once(books: &dyn Books) {
    transact(books, |page| {
        page.delay(delayed("late", 30))?;
        page.delay(delayed("soon", 10))?;
        // The same key once more: the first one counts.
        page.delay(delayed("soon", 99))
    })
    .await
    .unwrap();
    let due = |now| transact(books, move |page| page.due(Timestamp::from_micros(now)));
    assert_eq!(due(9).await.unwrap(), []);
    assert_eq!(due(30).await.unwrap(), [delayed("soon", 10), delayed("late", 30)]);
    transact(books, |page| page.forget_delayed(&delayed("soon", 10))).await.unwrap();
    assert_eq!(due(99).await.unwrap(), [delayed("late", 30)]);
    let of = transact(books, |page| page.delayed_of(ProviderKind::Inventory, "late")).await.unwrap();
    assert_eq!(of, [delayed("late", 30)]);
}

macro_rules! run_for_memory_and_sqlite {
    ($($case:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $case() { super::$case(&super::MemoryBooks::new()).await; })+
        }
        mod sqlite {
            $(#[tokio::test] async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let books = super::SqliteBooks::open(&dir.path().join("books.db"), Default::default()).unwrap();
                super::$case(&books).await;
            })+
        }
    };
}
run_for_memory_and_sqlite![
    entries_are_read_by_reference_then_seq_across_pages,
    an_entry_comes_back_as_it_was_written,
    every_kind_of_effect_comes_back,
    keys_are_counted_and_the_latest_entry_of_a_key_is_found,
    calls_are_counted_for_each_reference_and_operation,
    delayed_requests_come_out_when_due_and_only_once,
];

#[tokio::test]
async fn books_in_a_file_outlive_the_process_and_are_never_changed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("books.db");
    let books = SqliteBooks::open(&path, Default::default()).unwrap();
    append(&books, vec![entry("a", "first")]).await;
    for sql in ["UPDATE entry SET effect = 'refunded'", "DELETE FROM entry"] {
        let changed =
            books.database().write(move |db| -> Result<(), super::BooksError> { Ok(db.execute_batch(sql)?) });
        assert!(changed.await.unwrap_err().to_string().contains("append-only"));
    }
    drop(books);
    assert_eq!(SqliteBooksReader::open(&path).unwrap().entries_of("a").unwrap().len(), 1);
    assert_eq!(SqliteBooks::open(&path, Default::default()).unwrap().entries_of("a").unwrap().len(), 1);
}
