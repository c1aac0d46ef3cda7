//! Map: one thread for each item of a list, and the result is the list of what they come to. Distributed, each thread
//! is a child execution, with a history of its own.

mod batch;

use std::sync::Arc;

use amends_asl::{Chance, ExecutionType, Map, MapMode, States};
use serde_json::Value;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::fork::{Fork, Work};
use super::frame::{Frame, Lane};
use super::identity::Identity;
use super::run::Flow;
use super::thread::Item;
use super::turn::Turn;
use crate::history::Event;

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

/// A distributed Map under way.
#[derive(Debug, Clone)]
pub(super) struct MapRun {
    pub(super) arn: Arc<str>,
    /// The state's `Label`, or what stands for it.
    label: Arc<str>,
    pub(super) is_express: bool,
    seed: u64,
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
        Some(batcher) => batch::batches(batcher, items, &states, scope)?,
    };
    let run = MapRun::new(map, execution_type == ExecutionType::Express, scope);
    turn.record(|| Event::MapRunStarted { arn: Arc::clone(&run.arn) });
    let (total, at_once) = (items.len(), limited(at_once, MAX_DISTRIBUTED));
    let tolerance = Some(tolerance.unwrap_or(Tolerance { count: None, percentage: None }));
    let items = Items { items: shared(items), is_selected: true, tolerance, run: Some(run) };
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

fn unsupported(scope: &Scope<'_>, field: &str, resource: &str) -> Failure {
    let message = format!("This engine has no {field} of {resource} yet; pass the items as data.");
    Failure { error: "Amends.IntegrationNotSupported".to_owned(), ..Failure::runtime(scope, message) }
}

fn select_all(map: &Map, items: Vec<Value>, scope: &Scope<'_>) -> Result<Vec<Value>, Failure> {
    let selected = items.into_iter().enumerate().map(|(index, value)| {
        let item = Item { index, value: Arc::new(value) };
        select(map, &item, scope).map(Arc::unwrap_or_clone)
    });
    selected.collect()
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

/// How many items there are.
pub(super) fn item_count(map: &Map, scope: &Scope<'_>) -> Result<usize, Failure> {
    let input = data::effective_input(scope)?;
    let items = map.items.evaluate(&States::of(&input), scope);
    items.map(|items| items.len()).map_err(|error| Failure::evaluation(scope, &error))
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

impl MapRun {
    fn new(map: &Map, is_express: bool, scope: &Scope<'_>) -> Self {
        let seed = scope.chance.next();
        let identity = &scope.frame.identity;
        // The names that Step Functions makes up for Maps without a label are not documented.
        let label = map.label.clone().unwrap_or_else(|| {
            let short: String =
                scope.state.name.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
            format!("{short}{:08x}", seed >> 32).into()
        });
        let [_, _, _, region, account] = identity.arn_parts();
        let name = &identity.machine_name;
        let arn = format!("arn:aws:states:{region}:{account}:mapRun:{name}/{label}:{}", uuid(seed));
        Self { arn: arn.into(), label, is_express, seed }
    }

    /// The frame of a child execution.
    pub(super) fn child(
        &self,
        parent: &Frame,
        index: usize,
        lane: Lane,
        input: &Arc<Value>,
        turn: &Turn<'_>,
    ) -> Frame {
        let of = &parent.identity;
        let [_, _, _, region, account] = of.arn_parts();
        let name = uuid(self.seed ^ (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let (machine, label) = (&of.machine_name, &self.label);
        let identity = Identity {
            execution_arn: format!("arn:aws:states:{region}:{account}:execution:{machine}/{label}:{name}")
                .into(),
            execution_name: name.into(),
            machine_arn: format!("{}/{label}", of.machine_arn).into(),
            machine_name: format!("{machine}/{label}").into(),
            role_arn: Arc::clone(&of.role_arn),
        };
        Frame {
            identity,
            input: Arc::clone(input),
            started_at: turn.at,
            lane,
            token_arn: Arc::clone(&parent.token_arn),
            redrives: 0,
            redriven_at: None,
        }
    }
}

/// In the form of a version 4 UUID.
fn uuid(seed: u64) -> String {
    let chance = Chance::new(seed);
    let (high, low) = (chance.next(), chance.next());
    let [a, b, c] = [high >> 32, high >> 16 & 0xffff, high & 0x0fff];
    format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", low >> 48 & 0x3fff | 0x8000, low & 0xffff_ffff_ffff)
}
