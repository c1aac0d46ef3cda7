//! Reference paths: they name one place, and can be written to (`ResultPath`).

use std::fmt;

use serde_json::{Map, Value};

use super::{Path, Root, Step};

/// A path of names and indexes only, from the input.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferencePath {
    source: Box<str>,
    steps: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq)]
enum Place {
    Name(Box<str>),
    Index(usize),
}

/// The value to write into has something else where the path wants an object or an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("path does not fit the value")]
pub struct Mismatch;

impl ReferencePath {
    /// `None` if the path is of another kind.
    pub fn from_path(path: &Path) -> Option<Self> {
        if path.root != Root::Input {
            return None;
        }
        let steps = path.steps.iter().map(|step| match step {
            Step::Name(name) => Some(Place::Name(name.clone())),
            Step::Index(index) => usize::try_from(*index).ok().map(Place::Index),
            Step::Names(_)
            | Step::Indices(_)
            | Step::Slice { .. }
            | Step::Wildcard
            | Step::Descendants
            | Step::Filter(_) => None,
        });
        Some(Self { source: path.source.clone(), steps: steps.collect::<Option<_>>()? })
    }

    /// Whether it is `$`.
    pub fn is_whole(&self) -> bool {
        self.steps.is_empty()
    }

    /// Puts `value` where the path says, making objects on the way where nothing is.
    ///
    /// # Errors
    /// [`Mismatch`] if something else is in the way; `target` may then have new empty objects in it.
    pub fn put(&self, target: &mut Value, value: Value) -> Result<(), Mismatch> {
        let mut place = target;
        for step in &self.steps {
            place = match (step, place) {
                (Place::Name(name), Value::Object(object)) => {
                    object.entry(&**name).or_insert_with(|| Value::Object(Map::new()))
                }
                (Place::Index(index), Value::Array(items)) => items.get_mut(*index).ok_or(Mismatch)?,
                _ => return Err(Mismatch),
            };
        }
        *place = value;
        Ok(())
    }
}

impl fmt::Display for ReferencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(path: &str, mut target: Value, expected: Option<Value>) {
        let path = ReferencePath::from_path(&path.parse().unwrap()).unwrap();
        let result = path.put(&mut target, json!("new")).map(|()| target).ok();
        assert_eq!(result, expected, "{path}");
    }

    #[test]
    fn a_result_is_put_where_the_path_says() {
        check("$", json!(1), Some(json!("new")));
        check("$.a", json!({"b": 1}), Some(json!({"a": "new", "b": 1})));
        check("$.a.b", json!({}), Some(json!({"a": {"b": "new"}})));
        check("$.a[1].b", json!({"a": [1, {}]}), Some(json!({"a": [1, {"b": "new"}]})));
    }

    #[test]
    fn what_is_in_the_way_is_a_mismatch() {
        check("$.a", json!(1), None);
        check("$.a.b", json!({"a": "text"}), None);
        check("$.a[1]", json!({"a": [1]}), None);
    }

    #[test]
    fn only_names_and_indexes_make_a_reference_path() {
        for wrong in ["$$.a", "$.a[*]", "$..a", "$.a[-1]", "$.a[1:2]", "$['a','b']"] {
            assert_eq!(ReferencePath::from_path(&wrong.parse().unwrap()), None, "{wrong}");
        }
    }
}
