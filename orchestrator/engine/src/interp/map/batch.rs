//! `ItemBatcher`: items put together for one child execution.

use amends_asl::{ItemBatcher, States};
use serde_json::{Map, Value, json};

use super::super::context::Scope;
use super::super::failure::Failure;
use super::super::limits::MAX_DATA_BYTES;

/// What each child is given: `Items`, and `BatchInput` if there is one.
pub(in crate::interp) fn batches(
    batcher: &ItemBatcher,
    items: Vec<Value>,
    states: &States<'_>,
    scope: &Scope<'_>,
) -> Result<Vec<Value>, Failure> {
    let evaluation = |error| Failure::evaluation(scope, &error);
    let most_items = batcher.max_items.as_ref().map(|limit| limit.evaluate_count(states, scope));
    let most_items = most_items.transpose().map_err(evaluation)?.unwrap_or(u64::MAX).max(1);
    let most_bytes = batcher.max_bytes.as_ref().map(|limit| limit.evaluate_count(states, scope));
    let most_bytes = most_bytes.transpose().map_err(evaluation)?.unwrap_or(MAX_DATA_BYTES as u64);
    let most_bytes = most_bytes.min(MAX_DATA_BYTES as u64);
    let batch_input = batcher.batch_input.as_ref().map(|template| template.evaluate(states, scope));
    let batch_input = batch_input.transpose().map_err(evaluation)?;
    let around = batch(batch_input.as_ref(), Vec::new()).to_string().len() as u64;
    let (mut batches, mut current, mut bytes) = (Vec::new(), Vec::new(), around);
    for item in items {
        let length = item.to_string().len() as u64 + 1;
        // One item that is too large by itself makes a batch of its own, and fails there.
        let is_full = current.len() as u64 >= most_items || bytes + length > most_bytes;
        if is_full && !current.is_empty() {
            batches.push(batch(batch_input.as_ref(), std::mem::take(&mut current)));
            bytes = around;
        }
        bytes += length;
        current.push(item);
    }
    if !current.is_empty() {
        batches.push(batch(batch_input.as_ref(), current));
    }
    Ok(batches)
}

fn batch(batch_input: Option<&Value>, items: Vec<Value>) -> Value {
    let mut batch = Map::new();
    if let Some(input) = batch_input {
        batch.insert("BatchInput".to_owned(), input.clone());
    }
    batch.insert("Items".to_owned(), json!(items));
    Value::Object(batch)
}
