//! What tells two states of the whole system apart, taken when a task is about to be handed to the only worker.
//!
//! **The reduction.** Two runs that come to the same state at such a moment, with as many faults left, go on in the
//! same ways; so what can still go wrong from there on is explored once. At that moment nobody is in the middle of
//! anything (no other attempt is under way, none stands still, no copy is to come, and no saga has two executions at
//! once), so the state is all there is: the
//! store's rows, the providers' books and what is on its way to them, the faults that last, how often the process has
//! begun (up to three times: an engine that has just read its journal should be as any other, but that is to be shown),
//! and how far each execution is. An execution of a state machine is where it is, how often it has retried there after which errors, since when it
//! waits if it is not the one whose task begins now, and its data, which is made of the answers of the states that it
//! has left (`Paths`). The coordinator may be in the middle of a pass; but it keeps nothing between two passes, and
//! reads in each what there is to do.
//!
//! A run is also judged by how it came there, and whatever has yet to happen is judged together with what has. So what
//! the invariants keep in mind belongs to the state as well: which calls may have been done for all that anybody knows
//! (S13, S14), in which order steps began and were undone (S7, S9), because of which step the saga unwinds (S16), and
//! whether what has gone wrong so far passes by itself or lasts (`needless`). All else that they look at is in the rows
//! and the books, or breaks an invariant at once, in a run that is judged.
//!
//! Left out, because nothing looks at it: texts of reasons, and times, but for their order, and their distance to now
//! where something compares them: leases and the ends of attempts (for an hour), deadlines, and ages once they come near
//! a provider's key window of a day. How often a step was undone counts up to two, as settling does. How often the
//! coordinator has gone round is left out too; it only bounds a run that never ends.
//! Chance is left out: a lease token is only ever compared for equality, and jitter is the same for the same retry of
//! the same state (`Jitter` in `life.rs`). Every run is still run to its end and judged as a whole; only what would
//! follow from there with one more fault is not explored twice.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amends_saga::TaskPayload;
use amends_store::{AuditQuery, LedgerRow, SagaQuery, SagaRow, Store, StoreError, Tx};
use amends_types::{Clock, Timestamp};
use futures_util::FutureExt;
use serde_json::Value;

use crate::explore::needless::kept_in_mind;
use crate::explore::scenario::Stage;
use crate::explore::trace::Trace;
use crate::explore::wire::Wire;
use crate::explore::world::World;

/// Younger than this, no provider has forgotten a key and no rest of a run lets it.
const YOUNG_MICROS: i64 = 16 * 60 * 60 * 1_000_000;
/// What lies further back than this is over for every lease and settle time.
const OVER_MICROS: i64 = 60 * 60 * 1_000_000;

/// Takes fingerprints in one life of the process.
pub(crate) struct Fingerprint {
    /// Not the explored one: to look is no action.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) stage: Arc<dyn Stage>,
    pub(crate) wire: Wire,
    pub(crate) paths: Arc<Paths>,
}

/// How far each execution is.
#[derive(Default)]
pub(crate) struct Paths(Mutex<BTreeMap<String, Timed>>);

#[derive(Default, Hash)]
struct Path {
    /// Whose execution it is.
    saga: String,
    /// The last answer of each state that was left.
    left: Vec<(String, String)>,
    state: String,
    retry: u32,
    /// The errors of the attempts in this state, in order.
    errors: Vec<String>,
    /// What was answered last; nothing if nobody has answered yet, or nobody will.
    answer: Option<String>,
}

/// One path, and since when nothing has happened on it: its next timer goes by that.
#[derive(Default)]
struct Timed {
    path: Path,
    since: Duration,
}

impl Paths {
    /// A task is handed to a worker that somebody waits for. Says whether its execution had left that state before.
    pub(crate) fn delivered(&self, payload: &TaskPayload, now: Duration) -> bool {
        let mut paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Timed { path, since } = paths.entry(payload.run.to_string()).or_default();
        *since = now;
        payload.saga_id.as_str().clone_into(&mut path.saga);
        let state = format!("{}.{}", payload.step, payload.op.name());
        let answer = path.answer.take();
        let goes_back = path.state != state && path.left.iter().any(|(left, _)| *left == state);
        if path.state != state {
            let left = (std::mem::replace(&mut path.state, state), answer.unwrap_or_default());
            path.left.push(left);
            path.errors.clear();
        } else if path.retry != payload.retry {
            // Only the name decides which retrier counts it.
            let error = answer.as_deref().and_then(|answer| answer.split('\n').next()).unwrap_or("timeout");
            path.errors.push(error.to_owned());
        }
        path.retry = payload.retry;
        goes_back
    }

    /// A worker answered whoever waits.
    pub(crate) fn answered(&self, payload: &TaskPayload, answer: String, now: Duration) {
        let mut paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let timed = paths.entry(payload.run.to_string()).or_default();
        (timed.path.answer, timed.since) = (Some(answer), now);
    }

    /// One saga has one execution at a time, and the task of this one begins now; so only those of others may be
    /// waiting for a time.
    fn hash(&self, payload: &TaskPayload, now: Duration, hasher: &mut DefaultHasher) {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (run, Timed { path, since }) in &*paths {
            let waits = path.saga != payload.saga_id.as_str();
            (run, path, waits.then(|| now.saturating_sub(*since).as_millis())).hash(hasher);
        }
    }
}

impl Fingerprint {
    /// The state of everything, now that this task is about to begin; `None` when somebody is in the middle of
    /// something.
    pub(crate) fn look(&self, world: &World, payload: &TaskPayload) -> Option<u64> {
        if world.has_copies() || world.is_over() || world.is_crowded() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (payload.run.as_str(), &payload.step, payload.op.name(), payload.retry).hash(&mut hasher);
        self.paths.hash(payload, world.clock.monotonic(), &mut hasher);
        self.wire.fingerprint().hash(&mut hasher);
        world.fingerprint().hash(&mut hasher);
        world.with_trace(|way| hash_way(way, &mut hasher));
        self.stage.fingerprint(world.clock.now()).hash(&mut hasher);
        let (stored, store_now) =
            self.store.query(|tx| Ok::<_, StoreError>((stored(tx)?, tx.now()))).now_or_never()?.ok()?;
        stored.hash(&mut hasher);
        // How far the two clocks are apart; in minutes, because a store's time also goes on with each commit.
        ((store_now.as_micros() - world.clock.now().as_micros()) / 60_000_000).hash(&mut hasher);
        Some(hasher.finish())
    }
}

fn stored(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    let mut hasher = DefaultHasher::new();
    let now = tx.now();
    for saga in tx.sagas(&SagaQuery { limit: usize::MAX, ..SagaQuery::default() })? {
        hash_saga(&saga, now, &mut hasher);
        let rows = tx.ledger_rows(&saga.id)?;
        order_of_times(&saga, &rows).hash(&mut hasher);
        for row in rows {
            hash_row(&row, now, &mut hasher);
        }
        if let Some(order) = tx.order(&saga.id)? {
            (order.status.name(), order.priced.len(), order.total.map(|total| total.minor)).hash(&mut hasher);
        }
        for held in tx.reservations(&saga.id)? {
            (held.sku, held.quantity, held.released).hash(&mut hasher);
        }
    }
    for row in tx.audit_log(&AuditQuery { limit: usize::MAX, ..AuditQuery::default() })? {
        (row.decision.action.name(), row.decision.saga, row.decision.step).hash(&mut hasher);
    }
    for product in tx.products(None, usize::MAX)? {
        (product.sku, product.free).hash(&mut hasher);
    }
    for row in tx.outbox(usize::MAX)? {
        (row.machine, row.run.to_string(), distance(row.claimed_until, now)).hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// What invariants about the way keep in mind.
fn hash_way(way: &Trace, hasher: &mut DefaultHasher) {
    kept_in_mind(way).hash(hasher);
    let unknown = way.calls().filter(|call| !call.proven_not_done);
    let unknown =
        unknown.map(|call| (&call.reference, call.operation, &call.key, &call.object, call.outcome.is_ok()));
    unknown.collect::<BTreeSet<_>>().hash(hasher);
}

/// In which order what happened happened: for each time, how many different ones were before it.
fn order_of_times(saga: &SagaRow, rows: &[LedgerRow]) -> Vec<Option<usize>> {
    let of_row = |row: &LedgerRow| [row.started, row.finished, row.undoing, row.settled];
    let times: Vec<_> = rows.iter().flat_map(of_row).chain([saga.unwinding_since]).collect();
    let in_order: BTreeSet<Timestamp> = times.iter().flatten().copied().collect();
    times.iter().map(|time| time.map(|time| in_order.range(..time).count())).collect()
}

fn hash_saga(saga: &SagaRow, now: Timestamp, hasher: &mut DefaultHasher) {
    // A reason begins with the step that it is about.
    let because_of = saga.reason.as_deref().map(|reason| reason.split_once(": ").map(|(step, _)| step));
    (saga.id.as_str(), saga.state.name(), saga.unwinds, because_of).hash(hasher);
    (saga.repairing, saga.engine).hash(hasher);
    saga.unwinder.as_ref().map(ToString::to_string).hash(hasher);
    distance(Some(saga.deadline), now).hash(hasher);
}

fn hash_row(row: &LedgerRow, now: Timestamp, hasher: &mut DefaultHasher) {
    let LedgerRow { step, status, in_doubt, undo, input, output, objects, .. } = row;
    (step, status.name(), in_doubt, undo.map(amends_store::Undo::name), objects).hash(hasher);
    (input.to_string(), output.as_ref().map(Value::to_string)).hash(hasher);
    (row.reason.is_some(), row.undo_reason.is_some(), row.undo_attempts.min(2)).hash(hasher);
    let lease = row.lease.map(|lease| lease.until);
    for time in [lease, row.execute_until, row.undo_until] {
        distance(time, now).hash(hasher);
    }
    row.started.map(|started| age(started, now)).hash(hasher);
}

/// How far ahead of now, in whole milliseconds; negative if it is over.
fn distance(time: Option<Timestamp>, now: Timestamp) -> Option<i64> {
    time.map(|time| (time.as_micros() - now.as_micros()).max(-OVER_MICROS) / 1000)
}

/// How old, where that may matter.
pub(crate) fn age(time: Timestamp, now: Timestamp) -> i64 {
    let age = now.as_micros() - time.as_micros();
    if age < YOUNG_MICROS { 0 } else { age / 1000 }
}
