//! The shapes of services' answers, by which a mocked result is judged.
//!
//! `shapes.json` has them by service and action, from the services' API references. A field that the shape does not have
//! is anybody's guess, and accepted; so is every answer of an action that has no shape there.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::FieldValidation;

fn shapes() -> &'static Map<String, Value> {
    static SHAPES: OnceLock<Map<String, Value>> = OnceLock::new();
    SHAPES.get_or_init(|| serde_json::from_str(include_str!("shapes.json")).expect("it is a constant"))
}

/// What is wrong with the answer of that action, in Step Functions' words.
pub(super) fn fault(service: &str, action: &str, answer: &Value, mode: FieldValidation) -> Option<String> {
    let shape = shapes().get(&format!("{service}:{action}"))?;
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
            Value::String(text) => {
                let (kind, range) =
                    text.trim_end_matches('!').split_once(' ').unwrap_or((text.trim_end_matches('!'), ".."));
                match kind {
                    "string" if !value.is_string() => must_be("a string"),
                    "boolean" if !value.is_boolean() => must_be("a boolean"),
                    "number" => match value.as_f64() {
                        None => must_be("a number"),
                        Some(number) => out_of_range(name, number, range),
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }
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
    fn every_reference_leads_to_a_shape() {
        let text = include_str!("shapes.json");
        for reference in text.split('"').filter(|part| part.starts_with('@')) {
            assert!(shapes().contains_key(reference), "{reference}");
        }
    }
}
