//! The fields of an object, taken one by one: what is missing, of the wrong kind or left over is an error.

use serde_json::{Map, Value};

use super::InvalidOrder;

/// The most of a foreign name that an error repeats.
const SHOWN_CHARACTERS: usize = 40;

pub(super) struct Fields {
    place: &'static str,
    rest: Map<String, Value>,
}

impl Fields {
    /// The fields of `value`; `place` is where it is in the order, for errors.
    pub(super) fn of(place: &'static str, value: Value) -> Result<Self, InvalidOrder> {
        match value {
            Value::Object(rest) => Ok(Self { place, rest }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(InvalidOrder::new(format!("{place} must be an object")))
            }
        }
    }

    fn wrong(&self, name: &str, what: &str) -> InvalidOrder {
        InvalidOrder::new(format!("{name} of {} {what}", self.place))
    }

    /// The field, which must be there.
    pub(super) fn take(&mut self, name: &str) -> Result<Value, InvalidOrder> {
        self.rest.remove(name).ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// A text of 1 to `most` characters without control characters.
    pub(super) fn text(&mut self, name: &str, most: usize) -> Result<String, InvalidOrder> {
        let Value::String(text) = self.take(name)? else {
            return Err(self.wrong(name, "must be a string"));
        };
        let count = text.chars().count();
        if count == 0 || count > most {
            return Err(self.wrong(name, &format!("must have 1 to {most} characters, has {count}")));
        }
        if text.chars().any(char::is_control) {
            return Err(self.wrong(name, "must not hold control characters"));
        }
        Ok(text)
    }

    /// A text that may be absent or null.
    pub(super) fn optional_text(&mut self, name: &str, most: usize) -> Result<Option<String>, InvalidOrder> {
        match self.rest.get(name) {
            None => Ok(None),
            Some(Value::Null) => {
                self.rest.remove(name);
                Ok(None)
            }
            Some(_) => self.text(name, most).map(Some),
        }
    }

    /// A whole number of this range, written as one.
    pub(super) fn whole_number(&mut self, name: &str, least: u32, most: u32) -> Result<u32, InvalidOrder> {
        let value = self.take(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let within = number.filter(|number| (least..=most).contains(number));
        within.ok_or_else(|| self.wrong(name, &format!("must be a whole number from {least} to {most}")))
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), InvalidOrder> {
        let Some(name) = self.rest.keys().next() else {
            return Ok(());
        };
        let shown: String = name.chars().take(SHOWN_CHARACTERS).collect();
        Err(InvalidOrder::new(format!("{} has a field {shown:?} that is not known", self.place)))
    }
}
