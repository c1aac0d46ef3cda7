//! The shapes of services' answers, by which a mocked result is judged.
//!
//! `shapes.json` has them by service and action, from the services' API references. A field that the shape does not have
//! is anybody's guess, and accepted; so is every answer of an action that has no shape there. A job that is waited for
//! (`.sync`) has the shape of the answer that its state is polled with.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::FieldValidation;

fn shapes() -> &'static Map<String, Value> {
    static SHAPES: OnceLock<Map<String, Value>> = OnceLock::new();
    SHAPES.get_or_init(|| serde_json::from_str(include_str!("shapes.json")).expect("it is a constant"))
}

/// What is wrong with the answer of that action, in Step Functions' words.
pub(super) fn fault(service: &str, action: &str, answer: &Value, mode: FieldValidation) -> Option<String> {
    let shape = match shapes().get(&format!("{service}:{action}"))? {
        Value::String(reference) => shapes().get(reference)?,
        shape => shape,
    };
    match mode {
        FieldValidation::None => None,
        FieldValidation::Strict => Check { wants_required: true }.object(shape, answer),
        FieldValidation::Present => Check { wants_required: false }.object(shape, answer),
    }
}

#[derive(Clone, Copy)]
struct Check {
    wants_required: bool,
}

impl Check {
    fn object(self, shape: &Value, value: &Value) -> Option<String> {
        let (Some(shape), Some(value)) = (shape.as_object(), value.as_object()) else { return None };
        if let Some(each) = shape.get("*") {
            return value.iter().find_map(|(name, field)| self.field(name, each, field));
        }
        let missing = shape.iter().find(|(name, of)| {
            self.wants_required
                && of.as_str().is_some_and(|of| of.ends_with('!'))
                && !value.contains_key(*name)
        });
        if let Some((name, _)) = missing {
            return Some(format!("Required field '{name}' is missing"));
        }
        value.iter().find_map(|(name, field)| self.field(name, shape.get(name)?, field))
    }

    fn field(self, name: &str, shape: &Value, value: &Value) -> Option<String> {
        let must_be = |what: &str| Some(format!("Field '{name}' must be {what}"));
        match shape {
            Value::Array(of) => match value.as_array() {
                Some(items) => items.iter().find_map(|item| self.field(name, of.first()?, item)),
                None => must_be("an array"),
            },
            Value::Object(_) if !value.is_object() => must_be("an object"),
            Value::Object(_) => self.object(shape, value),
            Value::String(text) if text.starts_with('@') => self.field(name, shapes().get(text)?, value),
            Value::String(text) => scalar(name, text.trim_end_matches('!'), value),
            _ => None,
        }
    }
}

/// `shape` is the kind, and after a space what it may be: a range of numbers or of lengths, or a choice of texts.
fn scalar(name: &str, shape: &str, value: &Value) -> Option<String> {
    let must_be = |what: &str| Some(format!("Field '{name}' must be {what}"));
    let (kind, constraint) = shape.split_once(' ').unwrap_or((shape, ".."));
    match kind {
        "string" => match value.as_str() {
            None => must_be("a string"),
            Some(text) if constraint.contains("..") => wrong_length(name, text, constraint),
            Some(text) if constraint.split('|').any(|one| one == text) => None,
            Some(_) => Some(format!("Field '{name}' is not an expected value")),
        },
        "boolean" if !value.is_boolean() => must_be("a boolean"),
        "number" => match value.as_f64() {
            None => must_be("a number"),
            Some(number) => out_of_range(name, number, constraint),
        },
        _ => None,
    }
}

fn wrong_length(name: &str, text: &str, range: &str) -> Option<String> {
    let (least, most) = range.split_once("..")?;
    let length = text.chars().count();
    if least.parse().is_ok_and(|least: usize| length < least) {
        return Some(format!("Field '{name}' is less than the minimum length"));
    }
    let is_longer = most.parse().is_ok_and(|most: usize| length > most);
    is_longer.then(|| format!("Field '{name}' exceeds the maximum length"))
}

fn out_of_range(name: &str, number: f64, range: &str) -> Option<String> {
    let (least, most) = range.split_once("..")?;
    if least.parse().is_ok_and(|least: f64| number < least) {
        return Some(format!("Field '{name}' is less than the minimum value"));
    }
    let is_above = most.parse().is_ok_and(|most: f64| number > most);
    is_above.then(|| format!("Field '{name}' exceeds the maximum value"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(action: &str, answer: Value, mode: FieldValidation, expected: Option<&str>) {
        let (service, action) = action.rsplit_once(':').unwrap();
        assert_eq!(fault(service, action, &answer, mode).as_deref(), expected, "{answer}");
    }

    #[test]
    fn an_answer_is_judged_by_the_services_shape() {
        let strict = FieldValidation::Strict;
        check(
            "dynamodb:getItem",
            json!({"Item": {"id": {"S": 1}}}),
            strict,
            Some("Field 'S' must be a string"),
        );
        check("dynamodb:getItem", json!({"Item": {"l": {"L": [{"N": "1"}]}}}), strict, None);
        check("dynamodb:getItem", json!({"Item": 1}), strict, Some("Field 'Item' must be an object"));
        check("aws-sdk:sfn:stopExecution", json!({}), strict, Some("Required field 'StopDate' is missing"));
        check("aws-sdk:sfn:stopExecution", json!({}), FieldValidation::Present, None);
        check("aws-sdk:sfn:stopExecution", json!({"StopDate": 1}), FieldValidation::None, None);
        check("aws-sdk:s3:putObject", json!({"ETag": 1}), strict, None);
    }

    #[test]
    fn a_text_is_as_long_as_the_service_has_it_and_one_of_its_choices() {
        let present = FieldValidation::Present;
        let sync = "states:startExecution.sync:2";
        let unexpected = "Field 'Status' is not an expected value";
        check(sync, json!({"Status": "DONE"}), present, Some(unexpected));
        check(sync, json!({"Status": "SUCCEEDED"}), present, None);
        let empty = "Field 'ExecutionArn' is less than the minimum length";
        check("states:startExecution", json!({"ExecutionArn": ""}), present, Some(empty));
        let long = "Field 'ExecutionArn' exceeds the maximum length";
        check("states:startExecution", json!({"ExecutionArn": "a".repeat(257)}), present, Some(long));
    }

    #[test]
    fn a_job_that_is_waited_for_is_answered_as_its_state_is_described() {
        let strict = FieldValidation::Strict;
        for pattern in ["sync", "sync:2"] {
            let action = format!("states:startExecution.{pattern}");
            let described = json!({
                "ExecutionArn": "arn", "StateMachineArn": "arn", "Status": "SUCCEEDED", "StartDate": "2026-01-01",
                "Output": "{}",
            });
            check(&action, described.clone(), strict, None);
            let mut started = described.clone();
            started["StartDate"] = json!(1.5);
            check(&action, started, strict, Some("Field 'StartDate' must be a string"));
            let mut parsed = described;
            parsed["Output"] = json!({});
            check(&action, parsed, strict, Some("Field 'Output' must be a string"));
        }
    }

    #[test]
    fn every_reference_leads_to_a_shape() {
        let text = include_str!("shapes.json");
        for reference in text.split('"').filter(|part| part.starts_with('@')) {
            assert!(shapes().contains_key(reference), "{reference}");
        }
    }
}
