//! What became of the data on its way through the state: `inspectionData`.

use amends_asl::{Map, QueryLanguage, ResultPath, StateKind, States};
use serde_json::Value;

use super::super::context::Scope;
use super::super::data;
use super::super::failure::Failure;
use super::TestState;

impl TestState {
    /// Data is shown as JSON text.
    pub(super) fn inspect(&mut self, field: &str, data: &Value) {
        if self.request.is_inspected {
            self.inspected.entry("input").or_insert_with(|| self.visit.input.to_string().into());
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
        let input = self.visit.input.clone();
        self.inspect("input", &input);
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
        let input = self.visit.input.clone();
        self.inspect("input", &input);
        let scope = self.scope();
        let effective = data::effective_input(&scope)?;
        let states = States::of(&effective);
        let evaluation = |error| Failure::evaluation(&scope, &error);
        let items = Value::Array(map.items.evaluate(&states, &scope).map_err(evaluation)?);
        let at_once = map.max_concurrency.as_ref().map(|limit| limit.evaluate_count(&states, &scope));
        let at_once = at_once.transpose().map_err(evaluation)?.unwrap_or(0);
        let count = map.tolerated_failure_count.as_ref();
        let count =
            count.map(|count| count.evaluate_count(&states, &scope)).transpose().map_err(evaluation)?;
        let share = map.tolerated_failure_percentage.as_ref();
        let share = share.map(|share| share.evaluate(&states, &scope)).transpose().map_err(evaluation)?;
        let is_path = scope.state.query_language == QueryLanguage::JsonPath;
        if is_path {
            self.inspect("afterInputPath", &effective);
            self.inspect("afterItemsPath", &items);
        }
        self.inspect_number("maxConcurrency", at_once.into());
        if let Some(count) = count {
            self.inspect_number("toleratedFailureCount", count.into());
        }
        if let Some(share) = share {
            self.inspect_number("toleratedFailurePercentage", share.into());
        }
        Ok(())
    }
}

fn merged(
    path: &ResultPath,
    scope: &Scope<'_>,
    result: &std::sync::Arc<Value>,
) -> Option<std::sync::Arc<Value>> {
    data::merge(path, scope, result.clone()).ok()
}
