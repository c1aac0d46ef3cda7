//! What became of the data on its way through the state: `inspectionData`.

use std::sync::Arc;

use amends_asl::{ItemReader, Items, Map, QueryLanguage, ResultPath, StateKind, States};
use serde_json::Value;

use super::super::context::Scope;
use super::super::data;
use super::super::failure::Failure;
use super::super::map::{batches, select_all};
use super::{TestState, items};

impl TestState {
    /// Data is shown as JSON text.
    pub(super) fn inspect(&mut self, field: &str, data: &Value) {
        if self.request.is_inspected {
            self.inspected.insert(field.to_owned(), data.to_string().into());
        }
    }

    fn inspect_number(&mut self, field: &str, number: Value) {
        if self.request.is_inspected {
            self.inspected.insert(field.to_owned(), number);
        }
    }

    /// What a state that does its work itself makes of its input. Whatever cannot be computed is left out: the state's
    /// own answer says why.
    pub(super) fn inspect_input(&mut self, kind: &StateKind) {
        let scope = self.scope();
        if scope.state.query_language == QueryLanguage::Jsonata {
            return;
        }
        let Ok(effective) = data::effective_input(&scope) else { return };
        let StateKind::Pass(pass) = kind else { return self.inspect("afterInputPath", &effective) };
        let result = match &pass.result {
            Some(result) => result.clone(),
            None => match data::apply_template(pass.parameters.as_ref(), &effective, &scope) {
                Ok(made) => made,
                Err(_) => return self.inspect("afterInputPath", &effective),
            },
        };
        let merged = merged(&pass.result_path, &scope, &result);
        if pass.result.is_some() {
            self.inspect("result", &result);
        } else {
            self.inspect("afterInputPath", &effective);
            self.inspect("afterParameters", &result);
        }
        self.inspect("afterResultSelector", &result);
        if let Some(merged) = merged {
            self.inspect("afterResultPath", &merged);
        }
    }

    /// What a Map state works on, and within which limits.
    pub(super) fn inspect_map(&mut self, map: &Map) -> Result<(), Failure> {
        let effective = data::effective_input(&self.scope())?;
        let is_path = self.scope().state.query_language == QueryLanguage::JsonPath;
        if is_path {
            self.inspect("afterInputPath", &effective);
        }
        if let Some(items) = self.items(map, &effective)? {
            let listed = Value::Array(items.clone());
            match self.reader_data(map) {
                Some(_) if items::pointer(map).is_some() => self.inspect("afterItemsPointer", &listed),
                Some(_) => {}
                None if is_path => self.inspect("afterItemsPath", &listed),
                None => {}
            }
            self.inspect_threads(map, items, &effective)?;
        }
        self.inspect_limits(map, &effective)
    }

    /// What each thread of a Map state is given.
    fn inspect_threads(
        &mut self,
        map: &Map,
        items: Vec<Value>,
        effective: &Arc<Value>,
    ) -> Result<(), Failure> {
        let items = select_all(map, items, &self.scope())?;
        if map.item_selector.is_some() {
            self.inspect("afterItemSelector", &Value::Array(items.clone()));
        }
        if let Some(batcher) = &map.item_batcher {
            let batches = batches(batcher, items, &States::of(effective), &self.scope())?;
            self.inspect("afterItemBatcher", &Value::Array(batches));
        }
        Ok(())
    }

    fn inspect_limits(&mut self, map: &Map, effective: &Value) -> Result<(), Failure> {
        let scope = self.scope();
        let states = States::of(effective);
        let evaluation = |error| Failure::evaluation(&scope, &error);
        let at_once = map.max_concurrency.as_ref().map(|limit| limit.evaluate_count(&states, &scope));
        let at_once = at_once.transpose().map_err(evaluation)?.unwrap_or(0);
        let count = map.tolerated_failure_count.as_ref();
        let count =
            count.map(|count| count.evaluate_count(&states, &scope)).transpose().map_err(evaluation)?;
        let share = map.tolerated_failure_percentage.as_ref();
        let share = share.map(|share| share.evaluate(&states, &scope)).transpose().map_err(evaluation)?;
        self.inspect_number("maxConcurrency", at_once.into());
        if let Some(count) = count {
            self.inspect_number("toleratedFailureCount", count.into());
        }
        if let Some(share) = share {
            self.inspect_number("toleratedFailurePercentage", share.into());
        }
        Ok(())
    }

    /// How many items a Map state has, if that is known.
    pub(super) fn item_count(&self, map: &Map) -> Option<usize> {
        let effective = data::effective_input(&self.scope()).ok()?;
        self.items(map, &effective).ok()?.map(|items| items.len())
    }

    /// The items of a Map state; `None` if only its reader could know them. What a reader has read is given as such, or
    /// as the input.
    fn items(&self, map: &Map, effective: &Value) -> Result<Option<Vec<Value>>, Failure> {
        let scope = self.scope();
        let states = States::of(effective);
        if let Some((reader, text)) = self.reader_data(map) {
            return items::read(reader, text, &states, &scope).map(Some);
        }
        if map.item_reader.is_some() && map.items == Items::Input && !effective.is_array() {
            return Ok(None);
        }
        let items = map.items.evaluate(&states, &scope);
        items.map(Some).map_err(|error| Failure::evaluation(&scope, &error))
    }

    fn reader_data<'a>(&'a self, map: &'a Map) -> Option<(&'a ItemReader, &'a str)> {
        let text = self.request.configuration.map_item_reader_data.as_deref()?;
        Some((map.item_reader.as_ref()?, text))
    }
}

fn merged(path: &ResultPath, scope: &Scope<'_>, result: &Arc<Value>) -> Option<Arc<Value>> {
    data::merge(path, scope, result.clone()).ok()
}
