//! The fields of a request's object.
//!
//! A field of the wrong type ends the reading; a violated constraint does not, because AWS tells all of them at once. A
//! field that is null is absent. Fields that the API does not have are ignored, as AWS ignores them.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::constraint::{Length, message, missing, violated};
use crate::api_error::{ApiError, ErrorCode};

/// An object, and what has been found wrong in it and around it.
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
    violations: Rc<RefCell<Vec<String>>>,
}

/// Reads a request.
///
/// # Errors
/// `SerializationException` for a wrong type, `ValidationException` for violated constraints.
pub(crate) fn read<T>(
    body: &Value,
    read: impl FnOnce(&Fields<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let Value::Object(object) = body else { return Err(misplaced()) };
    let fields = Fields { object, path: String::new(), violations: Rc::default() };
    let request = read(&fields)?;
    let violations = fields.violations.borrow();
    if violations.is_empty() {
        return Ok(request);
    }
    Err(ApiError::validation(message(&violations)))
}

impl<'a> Fields<'a> {
    /// A text that may be absent.
    pub(crate) fn text(&self, key: &str, length: Length) -> Result<Option<String>, ApiError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = as_text(value)?;
        self.check_length(key, text, length);
        Ok(Some(text.to_owned()))
    }

    /// A text that must be there. What it is when it is not counts for nothing.
    pub(crate) fn required_text(&self, key: &str, length: Length) -> Result<String, ApiError> {
        let text = self.text(key, length)?;
        self.required(key, text)
    }

    /// One of a few texts.
    pub(crate) fn choice(&self, key: &str, values: &[&str]) -> Result<Option<String>, ApiError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = as_text(value)?;
        if !values.contains(&text) {
            self.violate(key, text, &format!("satisfy enum value set: [{}]", values.join(", ")));
        }
        Ok(Some(text.to_owned()))
    }

    /// One of a few texts, which must be there.
    pub(crate) fn required_choice(&self, key: &str, values: &[&str]) -> Result<String, ApiError> {
        let text = self.choice(key, values)?;
        self.required(key, text)
    }

    /// A text of which each character satisfies a pattern.
    pub(crate) fn matching(
        &self,
        key: &str,
        length: Length,
        pattern: &str,
        matches: impl Fn(&str) -> bool,
    ) -> Result<Option<String>, ApiError> {
        let text = self.text(key, length)?;
        if let Some(text) = text.as_deref().filter(|text| !matches(text)) {
            self.violate(key, text, &format!("satisfy regular expression pattern: {pattern}"));
        }
        Ok(text)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, ApiError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(inconvertible(other, "a Boolean")),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&self, key: &str, min: u32, max: u32) -> Result<Option<u32>, ApiError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| inconvertible(value, "an Integer"))?;
        if number < i64::from(min) {
            self.violate(key, number, &format!("have value greater than or equal to {min}"));
        }
        if number > i64::from(max) {
            self.violate(key, number, &format!("have value less than or equal to {max}"));
        }
        Ok(Some(u32::try_from(number.max(0)).unwrap_or(u32::MAX)))
    }

    /// A whole number within bounds, which must be there.
    pub(crate) fn required_integer(&self, key: &str, min: u32, max: u32) -> Result<u32, ApiError> {
        let number = self.integer(key, min, max)?;
        self.required(key, number)
    }

    /// Any number within bounds.
    pub(crate) fn number(&self, key: &str, min: f64, max: f64) -> Result<Option<f64>, ApiError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_f64().ok_or_else(|| inconvertible(value, "a Float"))?;
        if number < min {
            self.violate(key, value, &format!("have value greater than or equal to {min}"));
        }
        if number > max {
            self.violate(key, value, &format!("have value less than or equal to {max}"));
        }
        Ok(Some(number))
    }

    /// An object that may be absent.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Fields<'a>>, ApiError> {
        self.get(key).map(|value| self.nested(value, self.path_of(key))).transpose()
    }

    /// A list of objects that may be absent. `name` is what AWS calls such an object where it quotes the list.
    pub(crate) fn list(
        &self,
        key: &str,
        length: Length,
        name: &str,
    ) -> Result<Option<Vec<Fields<'a>>>, ApiError> {
        let Some(items) = self.items(key)? else { return Ok(None) };
        let path = self.path_of(key);
        let nested = items.iter().enumerate();
        let nested = nested.map(|(n, item)| self.nested(item, format!("{path}.{}.member", n + 1)));
        let nested = nested.collect::<Result<Vec<_>, _>>()?;
        if let Some(constraint) = length.violation(items.len()) {
            let items: Vec<_> = nested.iter().map(|item| item.quoted(name)).collect();
            self.violate(key, format_args!("[{}]", items.join(", ")), &constraint);
        }
        Ok(Some(nested))
    }

    /// A list of texts, which must be there.
    pub(crate) fn required_texts(&self, key: &str, length: Length) -> Result<Vec<String>, ApiError> {
        let items = self.items(key)?;
        let Some(items) = items else { return self.required(key, None) };
        let texts = items.iter().map(as_text).collect::<Result<Vec<_>, _>>()?;
        for (n, text) in texts.iter().enumerate() {
            self.check_length(&format!("{key}.{}.member", n + 1), text, length);
        }
        Ok(texts.into_iter().map(str::to_owned).collect())
    }

    /// Notes that a field is missing, if it is.
    pub(crate) fn required<T: Default>(&self, key: &str, value: Option<T>) -> Result<T, ApiError> {
        if value.is_none() {
            self.violations.borrow_mut().push(missing(&self.path_of(key)));
        }
        Ok(value.unwrap_or_default())
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn items(&self, key: &str) -> Result<Option<&'a Vec<Value>>, ApiError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(Value::Object(_)) => Err(misplaced()),
            Some(_) => Err(unreadable("Expected list or null")),
        }
    }

    fn nested(&self, value: &'a Value, path: String) -> Result<Fields<'a>, ApiError> {
        match value {
            Value::Object(object) => Ok(Fields { object, path, violations: self.violations.clone() }),
            Value::Array(_) => Err(unreadable("Start of list found where not expected")),
            _ => Err(unreadable("Unexpected field type")),
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn check_length(&self, key: &str, text: &str, length: Length) {
        if let Some(constraint) = length.violation(text.chars().count()) {
            self.violate(key, text, &constraint);
        }
    }

    fn violate(&self, key: &str, value: impl std::fmt::Display, constraint: &str) {
        self.violations.borrow_mut().push(violated(value, &self.path_of(key), constraint));
    }

    fn quoted(&self, name: &str) -> String {
        let shown = self.object.iter().map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        });
        format!("{name}({})", shown.collect::<Vec<_>>().join(", "))
    }
}

fn as_text(value: &Value) -> Result<&str, ApiError> {
    value.as_str().ok_or_else(|| inconvertible(value, "a String"))
}

fn inconvertible(value: &Value, to: &str) -> ApiError {
    let token = match value {
        Value::Object(_) => return misplaced(),
        Value::Array(_) => return unreadable("Start of list found where not expected"),
        Value::String(_) => "STRING_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Null => "NULL_VALUE",
    };
    unreadable(&format!("{token} can not be converted to {to}"))
}

fn misplaced() -> ApiError {
    unreadable("Start of structure or map found where not expected.")
}

fn unreadable(message: &str) -> ApiError {
    ApiError::new(ErrorCode::SerializationException, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::constraint::NAME;
    use super::*;

    fn check(body: &Value, expected: &str) {
        let error = read(body, |fields| {
            fields.required_text("name", NAME)?;
            fields.choice("type", &["STANDARD", "EXPRESS"])?;
            fields.integer("maxResults", 0, 1_000)?;
            for item in fields.list("tags", Length { min: 0, max: 1 }, "Tag")?.unwrap_or_default() {
                item.text("key", Length { min: 1, max: 3 })?;
            }
            fields.flag("publish")
        });
        assert_eq!(error.unwrap_err().message, expected);
    }

    #[test]
    fn constraints_are_told_in_the_words_of_aws() {
        let at = |value: &str, path: &str, constraint: &str| {
            format!(
                "1 validation error detected: Value {value} at '{path}' failed to satisfy constraint: {constraint}"
            )
        };
        check(&json!({}), &at("null", "name", "Member must not be null"));
        check(&json!({"name": null}), &at("null", "name", "Member must not be null"));
        let short = "Member must have length greater than or equal to 1";
        check(&json!({"name": ""}), &at("''", "name", short));
        let long = "Member must have length less than or equal to 80";
        check(&json!({"name": "x".repeat(81)}), &at(&format!("'{}'", "x".repeat(81)), "name", long));
        let values = "Member must satisfy enum value set: [STANDARD, EXPRESS]";
        check(&json!({"name": "a", "type": "x"}), &at("'x'", "type", values));
        let most = "Member must have value less than or equal to 1000";
        check(&json!({"name": "a", "maxResults": 1001}), &at("'1001'", "maxResults", most));
        check(&json!({"name": "a", "tags": [{"key": ""}]}), &at("''", "tags.1.member.key", short));
        let list = "Member must have length less than or equal to 1";
        let two = json!({"name": "a", "tags": [{"key": "a", "value": 1}, {}]});
        check(&two, &at("'[Tag(key=a, value=1), Tag()]'", "tags", list));
    }

    #[test]
    fn all_violations_are_told_at_once() {
        check(
            &json!({"maxResults": -1}),
            "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; \
             Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0",
        );
    }

    #[test]
    fn wrong_types_are_refused_before_any_constraint() {
        check(&json!({"name": 1}), "NUMBER_VALUE can not be converted to a String");
        check(&json!({"name": "", "publish": "yes"}), "STRING_VALUE can not be converted to a Boolean");
        check(&json!({"name": {}}), "Start of structure or map found where not expected.");
        check(&json!({"name": "a", "maxResults": 1.5}), "NUMBER_VALUE can not be converted to an Integer");
        check(&json!([]), "Start of structure or map found where not expected.");
        check(&json!({"name": "a", "tags": "x"}), "Expected list or null");
    }
}
