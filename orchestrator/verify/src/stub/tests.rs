//! Each promise of a stub, and what a caller hears of each fault.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use amends_engine::clock::VirtualClock;
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_store::MemoryStore;
use amends_types::{DeploymentId, IdempotencyKey, SagaId};
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::books::{Request, Served};
use super::{Books, Call, Receipt, Reversed, StubError, StubProvider, Stubs};
use crate::explore::{CallFate, Parts, Wire, World};

struct Book;
struct Hasty;

macro_rules! step {
    ($step:ident, $name:literal, $settle:literal) => {
        impl SagaStep for $step {
            const NAME: &'static str = $name;
            const COMPENSATION: &'static str = "cancel";
            const POLICY: StepPolicy = StepPolicy { settle_seconds: $settle, ..StepPolicy::REQUIRED };
            type Input = ();
            type Output = ();
            async fn execute(&self, _: &StepCtx, _: ()) -> Result<(), StepError> {
                Ok(())
            }
            async fn compensate(&self, _: &StepCtx, _: (), _: Option<()>) -> Result<Compensated, StepError> {
                Ok(Compensated::NothingHappened)
            }
        }
    };
}

step!(Book, "book", 10);
step!(Hasty, "hasty", 9);

/// A provider in a run in which nothing goes wrong by itself.
struct Bench {
    stubs: Stubs,
    provider: StubProvider,
    books: Arc<Mutex<Books>>,
    clock: VirtualClock,
}

impl Bench {
    fn new() -> Self {
        let world = World::idle();
        let clock = world.clock.clone();
        let workers = Arc::new(clock.clone());
        let store = Arc::new(MemoryStore::new(workers.clone(), DeploymentId::fixed(0)));
        let parts = Parts { store, clock: workers.clone(), wire: Wire::new(world) };
        let books = Arc::<Mutex<Books>>::default();
        let stubs = Stubs::new(parts, books.clone(), workers);
        Self { provider: stubs.provider::<Book>(), stubs, books, clock }
    }

    fn apply(&self, reference: &str, purpose: &str, body: Value) -> Result<Receipt, StubError> {
        answer(self.provider.apply(Call { reference, key: key(purpose), body }))
    }

    fn reverse(&self, reference: &str, purpose: &str) -> Result<Reversed, StubError> {
        answer(self.provider.reverse(Call { reference, key: key(purpose), body: json!({}) }))
    }

    fn find(&self, reference: &str) -> Option<String> {
        answer(self.provider.find(reference)).unwrap()
    }

    /// A request to book that meets this on the wire.
    fn met(&self, fate: CallFate) -> Result<Served, StubError> {
        self.provider.served(self.request("a", false), fate)
    }

    fn request(&self, reference: &str, reverses: bool) -> Request {
        let purpose = if reverses { "cancel" } else { "book" };
        self.provider.request(purpose, &Call { reference, key: key(purpose), body: json!({}) }, reverses)
    }

    fn effects(&self) -> Vec<&'static str> {
        let books = self.books.lock().unwrap();
        books.effects().into_iter().map(|(_, effect)| effect.name).collect()
    }
}

fn answer<T>(call: impl Future<Output = T>) -> T {
    call.now_or_never().expect("a stub answers at once")
}

fn key(purpose: &str) -> IdempotencyKey {
    let saga: SagaId = "a".parse().unwrap();
    IdempotencyKey::derive(DeploymentId::fixed(1), &saga, "book", purpose)
}

fn receipt(id: &str, repeated: bool) -> Result<Receipt, StubError> {
    Ok(Receipt { id: id.to_owned(), repeated })
}

#[test]
fn a_known_key_is_answered_with_its_effect_and_another_body_is_refused() {
    let bench = Bench::new();
    assert_eq!(bench.apply("a", "book", json!({ "for": "ada" })), receipt("book-a-1", false));
    assert_eq!(bench.apply("a", "book", json!({ "for": "ada" })), receipt("book-a-1", true));
    assert_eq!(bench.apply("a", "book", json!({ "for": "grace" })), Err(StubError::KeyReused));
    assert_eq!(bench.apply("b", "book", json!({ "for": "ada" })), Err(StubError::KeyReused));
    assert_eq!(bench.reverse("a", "book"), Err(StubError::KeyReused));
    assert_eq!(bench.effects(), ["book"]);
}

#[test]
fn a_key_is_in_use_until_its_request_has_arrived() {
    let bench = Bench::new();
    assert_eq!(bench.met(CallFate::Late), Err(StubError::TimedOut));
    assert_eq!(bench.apply("a", "book", json!({})), Err(StubError::KeyInUse));
    assert_eq!(bench.apply("a", "book", json!(1)), Err(StubError::KeyReused));
    assert_eq!(bench.find("a"), None);
    bench.clock.advance(StubProvider::SETTLE);
    assert_eq!(bench.find("a").as_deref(), Some("book-a-1"));
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-1", true));
}

#[test]
fn a_key_is_forgotten_after_its_window() {
    let bench = Bench::new();
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-1", false));
    bench.clock.advance(StubProvider::KEY_WINDOW - Duration::from_secs(1));
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-1", true));
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-2", false));
    assert_eq!(bench.effects(), ["book", "book"]);
}

#[test]
fn an_effect_is_taken_back_once_under_whatever_key() {
    let bench = Bench::new();
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::NothingFound));
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-1", false));
    assert_eq!(bench.reverse("b", "other"), Ok(Reversed::NothingFound));
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Now));
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Now));
    assert_eq!(bench.reverse("a", "another"), Ok(Reversed::Before));
    assert_eq!(bench.find("a"), None);
    bench.clock.advance(StubProvider::KEY_WINDOW);
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Before));
    assert_eq!(bench.effects(), ["book", "cancel"]);
}

#[test]
fn an_apply_that_arrives_after_a_reverse_that_found_nothing_has_its_effect() {
    let bench = Bench::new();
    assert_eq!(bench.met(CallFate::Late), Err(StubError::TimedOut));
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::NothingFound));
    bench.clock.advance(StubProvider::SETTLE);
    bench.books.lock().unwrap().settle(amends_types::Clock::now(&bench.clock));
    assert_eq!(bench.effects(), ["book"]);
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Now));
}

#[test]
fn a_repeat_after_the_reverse_is_answered_with_what_was_and_books_nothing() {
    let bench = Bench::new();
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-1", false));
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Now));
    assert_eq!(bench.apply("a", "book", json!({})), receipt("book-a-1", true));
    assert_eq!(bench.effects(), ["book", "cancel"]);
}

#[test]
fn places_are_taken_by_what_is_there_and_given_back_by_its_reverse() {
    let mut bench = Bench::new();
    bench.provider = bench.provider.with_places(1);
    assert!(bench.apply("a", "first", json!({})).is_ok());
    assert_eq!(bench.apply("b", "second", json!({})), Err(StubError::Full));
    assert_eq!(bench.apply("a", "first", json!({})), receipt("book-a-1", true));
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Now));
    assert_eq!(bench.apply("b", "second", json!({})), receipt("book-b-1", false));
}

#[test]
fn kinds_of_effects_of_one_step_have_books_of_their_own() {
    let bench = Bench::new();
    let insurance = bench.stubs.provider_of::<Book>("insure", "end_insurance");
    assert!(bench.apply("a", "book", json!({})).is_ok());
    let call = |purpose| Call { reference: "a", key: key(purpose), body: json!({}) };
    assert_eq!(answer(insurance.reverse(call("end"))), Ok(Reversed::NothingFound));
    assert!(answer(insurance.apply(call("insure"))).is_ok());
    assert_eq!(answer(insurance.reverse(call("end"))), Ok(Reversed::Now));
    assert_eq!(bench.effects(), ["book", "insure", "end_insurance"]);
    assert!(bench.find("a").is_some());
}

#[test]
fn each_fault_of_a_call_says_what_is_heard_and_whether_it_happened() {
    let check = |fate: CallFate, heard: Result<(), StubError>, happened: usize| {
        let bench = Bench::new();
        assert_eq!(bench.met(fate).map(drop), heard, "{fate:?}");
        assert_eq!(bench.effects().len(), happened, "{fate:?}");
        assert!(bench.books.lock().unwrap().has_asked("book"), "{fate:?}");
    };
    check(CallFate::Plain, Ok(()), 1);
    check(CallFate::Declined, Err(StubError::Declined), 0);
    check(CallFate::Unavailable, Err(StubError::Unavailable), 0);
    check(CallFate::RequestLost, Err(StubError::Interrupted), 0);
    check(CallFate::ReplyLost, Err(StubError::Interrupted), 1);
    check(CallFate::ErrorAfterEffect, Err(StubError::ServerError), 1);
    check(CallFate::CachedError, Err(StubError::ServerError), 0);
    check(CallFate::Partial, Err(StubError::ServerError), 1);
    check(CallFate::Late, Err(StubError::TimedOut), 0);
}

#[test]
fn each_fault_of_a_lookup_says_what_is_heard() {
    let check = |fate: CallFate, heard: Result<Option<String>, StubError>| {
        assert_eq!(Bench::new().provider.looked_up("a", fate), heard, "{fate:?}");
    };
    check(CallFate::Plain, Ok(None));
    check(CallFate::Declined, Err(StubError::Declined));
    check(CallFate::Unavailable, Err(StubError::Unavailable));
    check(CallFate::RequestLost, Err(StubError::Interrupted));
    check(CallFate::ReplyLost, Err(StubError::Interrupted));
    check(CallFate::ErrorAfterEffect, Err(StubError::ServerError));
    check(CallFate::CachedError, Err(StubError::ServerError));
    check(CallFate::Late, Err(StubError::TimedOut));
}

#[test]
fn only_who_asked_for_an_effect_is_expected_to_have_one() {
    let bench = Bench::new();
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::NothingFound));
    assert_eq!(bench.find("a"), None);
    assert!(!bench.books.lock().unwrap().has_asked("book"));
}

#[test]
fn books_that_differ_have_another_fingerprint_and_the_same_later_have_the_same() {
    let bench = Bench::new();
    let look = || bench.books.lock().unwrap().fingerprint(amends_types::Clock::now(&bench.clock));
    let mut seen = vec![look()];
    assert_eq!(bench.met(CallFate::Late), Err(StubError::TimedOut));
    seen.push(look());
    bench.clock.advance(Duration::from_secs(1));
    seen.push(look());
    bench.clock.advance(StubProvider::SETTLE);
    assert!(bench.find("a").is_some());
    seen.push(look());
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(seen.last(), Some(&look()));
    assert_eq!(bench.reverse("a", "cancel"), Ok(Reversed::Now));
    seen.push(look());
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[test]
#[should_panic(
    expected = "hasty waits 9 s for what is late; with this provider its settle_seconds must be at least 10"
)]
fn a_step_that_does_not_wait_for_what_is_late_is_refused() {
    Bench::new().stubs.provider::<Hasty>();
}
