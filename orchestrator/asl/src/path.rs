//! JSONPath in the dialect of Step Functions.
//!
//! A path that can name one place only is *definite* and yields that value or no match; any other yields a list,
//! which may be empty, even where what leads up to it is missing. `$` is the input, `$$` the context object, and
//! `$name` the workflow variable with that name.

mod context;
mod evaluate;
mod filter;
mod parse;
mod reference;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

pub use context::{ContextObject, NoContext};
use filter::Filter;
pub(crate) use parse::Cursor;
pub use reference::{Mismatch, ReferencePath};

use crate::environment::Environment;

/// A compiled path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    source: Box<str>,
    root: Root,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Root {
    Input,
    Context,
    /// A workflow variable.
    Variable(Box<str>),
    /// `@`, inside a filter only.
    Item,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Name(Box<str>),
    Names(Vec<Box<str>>),
    Index(i64),
    Indices(Vec<i64>),
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    Wildcard,
    /// `..`: the value itself and everything within it, for the next step to choose from.
    Descendants,
    Filter(Filter),
}

/// A definite path found nothing, or an indefinite one found more than can be held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoMatch(String);

impl Path {
    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it is `$`, the whole input.
    pub fn is_whole_input(&self) -> bool {
        self.root == Root::Input && self.steps.is_empty()
    }

    /// Whether nothing of the input but that field can make a difference to it.
    pub fn is_within(&self, name: &str) -> bool {
        match self.root {
            Root::Context | Root::Variable(_) => true,
            Root::Input | Root::Item => {
                let reads_root = |step: &Step| matches!(step, Step::Filter(filter) if filter.reads_root());
                matches!(self.steps.first(), Some(Step::Name(first)) if **first == *name)
                    && !self.steps.iter().any(reads_root)
            }
        }
    }

    /// Whether it can name one place only.
    pub fn is_definite(&self) -> bool {
        self.steps.iter().all(Step::is_definite)
    }

    /// Whether it names something in the context object.
    pub(crate) fn is_in_context(&self) -> bool {
        self.root == Root::Context
    }

    /// The workflow variable that it begins with, if it does.
    pub fn variable(&self) -> Option<&str> {
        match &self.root {
            Root::Variable(name) => Some(name),
            Root::Input | Root::Context | Root::Item => None,
        }
    }

    /// Whether its last step is an index past the end of a list that is there.
    pub(crate) fn is_past_the_end(&self, input: &Value, environment: &dyn Environment) -> bool {
        let Some((Step::Index(index), before)) = self.steps.split_last() else { return false };
        let list = Self { source: Box::default(), root: self.root.clone(), steps: before.to_vec() };
        let found = list.evaluate(input, environment);
        let length = found.ok().and_then(|found| Some(found.as_array()?.len()));
        length.is_some_and(|length| usize::try_from(*index).is_ok_and(|index| index >= length))
    }

    /// What the path names in the input, the context object or a variable.
    ///
    /// # Errors
    /// [`NoMatch`] if a definite path names nothing.
    pub fn evaluate<'a>(
        &self,
        input: &'a Value,
        environment: &'a dyn Environment,
    ) -> Result<Cow<'a, Value>, NoMatch> {
        match &self.root {
            Root::Input | Root::Item => evaluate::find(&self.steps, input),
            Root::Context => evaluate::find_in_context(&self.steps, environment),
            Root::Variable(name) => match environment.variable(name) {
                Some(value) => evaluate::find(&self.steps, value),
                None => Err(NoMatch(format!("No results for path: ${name}"))),
            },
        }
    }
}

impl Step {
    fn is_definite(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Index(_))
    }
}

impl std::str::FromStr for Path {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        parse::parse(text).map_err(|_| NotAPath(text.to_owned()))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.source)
    }
}

/// The text is not a path that this crate understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a JSONPath: {0}")]
pub struct NotAPath(String);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(path: &str, input: &Value, expected: Value) {
        let path: Path = path.parse().unwrap();
        assert_eq!(path.evaluate(input, &NoContext).map(Cow::into_owned), Ok(expected), "{path}");
    }

    fn check_no_match(path: &str, input: &Value, expected: &str) {
        let path: Path = path.parse().unwrap();
        assert_eq!(path.evaluate(input, &NoContext).unwrap_err().to_string(), expected);
    }

    #[test]
    fn definite_paths_name_one_value() {
        let input = json!({"a-b": 1, "a": {"b": [1, {"c": null}]}, "x y": 2, "it's": 3, "ü": 4});
        check("$", &input, input.clone());
        check("$.a-b", &input, json!(1));
        check("$.a.b[1].c", &input, json!(null));
        check("$['a']['b'][-2]", &input, json!(1));
        check("$[\"x y\"]", &input, json!(2));
        check("$['it\\'s']", &input, json!(3));
        check("$.ü", &input, json!(4));
    }

    #[test]
    fn indefinite_paths_name_a_list_even_of_nothing() {
        let input = json!({"items": [{"v": 1}, {"v": 2}, {"w": 3}], "o": {"b": 1, "a": 2}});
        check("$.items[*].v", &input, json!([1, 2]));
        check("$.items[:1]", &input, json!([{"v": 1}]));
        check("$.items[-1:]", &input, json!([{"w": 3}]));
        check("$.items[::2]", &input, json!([{"v": 1}, {"w": 3}]));
        check("$.items[0,2]", &input, json!([{"v": 1}, {"w": 3}]));
        check("$.o['a','b']", &input, json!([2, 1]));
        check("$.o.*", &input, json!([1, 2]));
        check("$..v", &input, json!([1, 2]));
        check("$.missing.items[1:5].v", &input, json!([]));
        check("$[*]", &json!({}), json!([]));
    }

    #[test]
    fn filters_choose_elements() {
        let input = json!({"limit": 2, "items": [{"v": 1, "n": "a"}, {"v": 2, "n": "b"}, {"n": "c"}]});
        check("$.items[?(@.v > 1)].n", &input, json!(["b"]));
        check("$.items[?(@.v)].n", &input, json!(["a", "b"]));
        check("$.items[?(!@.v)].n", &input, json!(["c"]));
        check("$.items[?(@.v == 1 || @.n == 'c')].n", &input, json!(["a", "c"]));
        check("$.items[?(@.v >= 1 && @.n != \"a\")].n", &input, json!(["b"]));
        check("$.items[?((@.v < 2 || @.v == 2) && @.v > 1)].v", &input, json!([2]));
    }

    #[test]
    fn a_path_may_begin_with_a_variable() {
        let path: Path = "$my_var.a[0]['b']".parse().unwrap();
        assert_eq!((path.variable(), path.is_definite()), (Some("my_var"), true));
        assert_eq!(ReferencePath::from_path(&path), None);
        assert!(path.evaluate(&json!({"my_var": 1}), &NoContext).is_err());
    }

    #[test]
    fn what_is_missing_is_said_as_step_functions_says_it() {
        check_no_match("$.a", &json!({}), "No results for path: $['a']");
        check_no_match("$.a.b", &json!({}), "Missing property in path $['a']");
        check_no_match("$.a[3]", &json!({"a": [1]}), "No results for path: $['a'][3]");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for wrong in [
            "",
            "a",
            "$.",
            "$a-",
            "$a..",
            "$[",
            "$['a",
            "$.a[",
            "$.a[x]",
            "$.a[?(@.b ==)]",
            "$..",
            "$.a.length()",
            "$ .a",
            "$a b",
            "$[1:2:0]",
        ] {
            assert!(wrong.parse::<Path>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_that_multiplies_without_end_finds_no_match() {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep, 1, 1]);
        }
        let path: Path = "$..*..*..*..*".parse().unwrap();
        assert!(path.evaluate(&deep, &NoContext).is_err());
    }
}
