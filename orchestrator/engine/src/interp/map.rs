//! Map: one thread for each item of a list, and the result is the list of what they come to. Distributed, each thread
//! is a child execution, with a history of its own.

mod batch;
mod run;

use std::sync::Arc;

use amends_asl::{ExecutionType, Map, MapMode, States};
use serde_json::Value;

use super::context::Scope;
use super::data;
use super::failure::{Failure, Origin};
use super::fork::{Fork, Work};
use super::limits::estimate;
use super::run::Flow;
use super::thread::Item;
use super::turn::Turn;
use crate::history::{Event, MapRunLimits, MapRunNote};

pub(super) use batch::batches;
pub(super) use run::MapRun;
pub use run::{MapRunUpdate, could_be_of};

/// How many iterations of an inline Map run at once at most, whatever it asks for (Step Functions developer guide).
const MAX_INLINE: usize = 40;
/// How many child executions of a distributed Map run at once at most. Step Functions starts up to 10,000; this engine
/// runs in one process.
const MAX_DISTRIBUTED: usize = 1_000;
/// How long an Express child may run (Step Functions developer guide).
pub(super) const EXPRESS_SECONDS: u64 = 300;

/// The items of a Map state that is under way.
#[derive(Debug, Clone)]
pub(super) struct Items {
    items: Vec<Arc<Value>>,
    /// `ItemSelector` has been applied: they are what the threads are given.
    is_selected: bool,
    pub(super) tolerance: Option<Tolerance>,
    pub(super) run: Option<MapRun>,
}

/// How many items may fail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tolerance {
    count: Option<u64>,
    percentage: Option<f64>,
}

pub(super) fn enter(map: &Map, scope: &Scope<'_>, turn: &mut Turn<'_>) -> Result<Flow, Failure> {
    if let Some(reader) = &map.item_reader {
        return Err(unsupported(scope, "ItemReader", &reader.resource));
    }
    let input = data::effective_input(scope)?;
    let states = States::of(&input);
    let evaluation = |error| Failure::evaluation(scope, &error);
    let items = map.items.evaluate(&states, scope).map_err(evaluation)?;
    turn.record(|| Event::StateStarted { state_type: "Map", length: Some(items.len()) });
    let at_once = map.max_concurrency.as_ref().map(|limit| limit.evaluate_count(&states, scope));
    let at_once = at_once.transpose().map_err(evaluation)?.unwrap_or(0);
    let tolerance = Tolerance::evaluate(map, &states, scope)?;
    let MapMode::Distributed(execution_type) = map.processor.mode else {
        let (total, at_once) = (items.len(), limited(at_once, MAX_INLINE));
        let items = Items { items: shared(items), is_selected: false, tolerance, run: None };
        return Ok(Flow::Fork(Box::new(Fork::new(Work::Items(items), total, at_once))));
    };
    if let Some(resource) = map.result_writer.as_ref().and_then(|writer| writer.resource.as_ref()) {
        return Err(unsupported(scope, "ResultWriter", resource));
    }
    let items = select_all(map, items, scope)?;
    let items = match &map.item_batcher {
        None => items,
        Some(batcher) => batches(batcher, items, &states, scope)?,
    };
    let run = MapRun::new(map, execution_type == ExecutionType::Express, scope);
    turn.record(|| Event::MapRunStarted { arn: Arc::clone(&run.arn) });
    let tolerance = tolerance.unwrap_or(Tolerance { count: None, percentage: None });
    turn.note(|| MapRunNote::Started {
        arn: Arc::clone(&run.arn),
        execution_arn: Arc::clone(&scope.frame.identity.execution_arn),
        is_express: run.is_express,
        limits: tolerance.limits(at_once),
        items: items.iter().map(|item| items_in(map, item)).collect(),
    });
    let (total, at_once) = (items.len(), children_at_once(at_once));
    let items = Items { items: shared(items), is_selected: true, tolerance: Some(tolerance), run: Some(run) };
    Ok(Flow::Fork(Box::new(Fork::new(Work::Items(items), total, at_once))))
}

fn shared(items: Vec<Value>) -> Vec<Arc<Value>> {
    items.into_iter().map(Arc::new).collect()
}

/// 0 is as many as may be.
fn limited(at_once: u64, most: usize) -> usize {
    match usize::try_from(at_once) {
        Ok(0) | Err(_) => most,
        Ok(at_once) => at_once.min(most),
    }
}

/// How many items a child is given.
fn items_in(map: &Map, given: &Value) -> u64 {
    let batch = map.item_batcher.as_ref().and_then(|_| given.get("Items")).and_then(Value::as_array);
    batch.map_or(1, |items| items.len() as u64)
}

fn unsupported(scope: &Scope<'_>, field: &str, resource: &str) -> Failure {
    let message = format!("This engine has no {field} of {resource} yet; pass the items as data.");
    Failure { error: "Amends.IntegrationNotSupported".to_owned(), ..Failure::runtime(scope, message) }
}

/// How much the items of a distributed Map may be in all, once they are selected, by an estimate that is never too low;
/// each is at most what a state may be given.
const MAX_SELECTED_BYTES: usize = 1024 * 1024 * 1024;

/// What the threads of all items are given.
pub(super) fn select_all(map: &Map, items: Vec<Value>, scope: &Scope<'_>) -> Result<Vec<Value>, Failure> {
    if map.item_selector.is_none() {
        return Ok(items);
    }
    let mut left = MAX_SELECTED_BYTES;
    let selected = items.into_iter().enumerate().map(|(index, value)| {
        let item = Item { index, value: Arc::new(value) };
        let selected = select(map, &item, scope).map(Arc::unwrap_or_clone)?;
        data::check_size(scope, &selected)?;
        left = left.checked_sub(estimate(&selected)).ok_or_else(|| too_many(scope))?;
        Ok(selected)
    });
    selected.collect()
}

fn too_many(scope: &Scope<'_>) -> Failure {
    let cause = format!("The items of the state '{}' are larger than this engine holds.", scope.state.name);
    Failure::data_limit(Origin::DataLimit, cause)
}

/// What the thread of an item is given.
fn select(map: &Map, item: &Item, scope: &Scope<'_>) -> Result<Arc<Value>, Failure> {
    if map.item_selector.is_none() {
        return Ok(Arc::clone(&item.value));
    }
    let input = data::effective_input(scope)?;
    data::apply_template(map.item_selector.as_ref(), &input, &scope.with_item(item))
}

impl Items {
    /// What the thread is given, and the item, if its states may refer to it.
    pub(super) fn given(
        &self,
        map: &Map,
        index: usize,
        scope: &Scope<'_>,
    ) -> Result<(Arc<Value>, Option<Arc<Item>>), Failure> {
        let value = Arc::clone(&self.items[index]);
        if self.is_selected {
            return Ok((value, None));
        }
        let item = Item { index, value };
        Ok((select(map, &item, scope)?, Some(Arc::new(item))))
    }
}

impl Items {
    /// Changes how many may fail.
    pub(super) fn update(&mut self, update: MapRunUpdate) {
        let Some(tolerance) = &mut self.tolerance else { return };
        tolerance.count = update.tolerated_failure_count.or(tolerance.count);
        tolerance.percentage = update.tolerated_failure_percentage.or(tolerance.percentage);
    }
}

/// How many child executions may run at once, of what was asked for.
pub(super) fn children_at_once(asked: u64) -> usize {
    limited(asked, MAX_DISTRIBUTED)
}

impl Tolerance {
    /// What a Map state tolerates.
    pub(super) fn of(map: &Map, scope: &Scope<'_>) -> Result<Option<Self>, Failure> {
        let input = data::effective_input(scope)?;
        Self::evaluate(map, &States::of(&input), scope)
    }

    fn evaluate(map: &Map, states: &States<'_>, scope: &Scope<'_>) -> Result<Option<Self>, Failure> {
        let evaluation = |error| Failure::evaluation(scope, &error);
        let count = map.tolerated_failure_count.as_ref();
        let count = count.map(|count| count.evaluate_count(states, scope)).transpose().map_err(evaluation)?;
        let percentage = map.tolerated_failure_percentage.as_ref();
        let percentage = percentage.map(|share| share.evaluate(states, scope)).transpose();
        let percentage = percentage.map_err(evaluation)?;
        Ok((count.is_some() || percentage.is_some()).then_some(Self { count, percentage }))
    }

    /// As a map run's description has them: what is not given is zero.
    fn limits(self, max_concurrency: u64) -> MapRunLimits {
        MapRunLimits {
            max_concurrency,
            tolerated_failure_count: self.count.unwrap_or(0),
            tolerated_failure_percentage: self.percentage.unwrap_or(0.0),
        }
    }

    /// What the Map fails with, if so many failures are too many. Where both limits are given, neither may be exceeded.
    #[expect(clippy::cast_precision_loss, reason = "there are far fewer items than 2^53")]
    pub(super) fn exceeded(self, failed: usize, total: usize) -> Option<Failure> {
        let share = failed as f64 * 100.0 / total.max(1) as f64;
        let is_too_many = self.count.is_some_and(|most| failed as u64 > most)
            || self.percentage.is_some_and(|most| share > most)
            || (self.count.is_none() && self.percentage.is_none());
        let cause = "The specified tolerated failure threshold was exceeded".to_owned();
        is_too_many.then(|| Failure::attempt("States.ExceedToleratedFailureThreshold", Some(cause)))
    }
}
