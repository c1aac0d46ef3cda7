//! Walking a value along a path.
//!
//! Definite paths are walked by reference without allocating; only when one fails is the reason worked out, in a
//! second walk.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::Value;

use super::{ContextObject, NoMatch, Step};

/// The most values that an indefinite path may name on its way: `..` after `..` multiplies.
const MAX_NODES: usize = 100_000;

pub(super) fn find<'a>(steps: &[Step], root: &'a Value) -> Result<Cow<'a, Value>, NoMatch> {
    if steps.iter().all(Step::is_definite) {
        return definite(steps, root).map(Cow::Borrowed).ok_or_else(|| NoMatch(explain(steps, root)));
    }
    let nodes =
        all(steps, root).ok_or_else(|| NoMatch(format!("path names more than {MAX_NODES} values")))?;
    Ok(Cow::Owned(Value::Array(nodes.into_iter().cloned().collect())))
}

pub(super) fn find_in_context<'a>(
    steps: &[Step],
    context: &'a dyn ContextObject,
) -> Result<Cow<'a, Value>, NoMatch> {
    if let [Step::Name(section), Step::Name(field), rest @ ..] = steps {
        return match context.field(section, field) {
            Some(Cow::Borrowed(value)) => find(rest, value),
            Some(Cow::Owned(value)) if rest.is_empty() => Ok(Cow::Owned(value)),
            Some(Cow::Owned(value)) => find(rest, &value).map(|found| Cow::Owned(found.into_owned())),
            None => find(steps, &context.whole()).map(|found| Cow::Owned(found.into_owned())),
        };
    }
    let whole = context.whole();
    if steps.is_empty() {
        return Ok(Cow::Owned(whole));
    }
    find(steps, &whole).map(|found| Cow::Owned(found.into_owned()))
}

/// Whether the path names anything at all.
pub(super) fn exists(steps: &[Step], root: &Value) -> bool {
    if steps.iter().all(Step::is_definite) {
        definite(steps, root).is_some()
    } else {
        all(steps, root).is_some_and(|nodes| !nodes.is_empty())
    }
}

pub(super) fn definite<'a>(steps: &[Step], root: &'a Value) -> Option<&'a Value> {
    steps.iter().try_fold(root, |value, step| match step {
        Step::Name(name) => value.as_object()?.get(&**name),
        Step::Index(index) => at(value.as_array()?, *index),
        Step::Names(_)
        | Step::Indices(_)
        | Step::Slice { .. }
        | Step::Wildcard
        | Step::Descendants
        | Step::Filter(_) => None,
    })
}

fn at(items: &[Value], index: i64) -> Option<&Value> {
    let back = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 { items.get(items.len().checked_sub(back)?) } else { items.get(back) }
}

fn all<'a>(steps: &[Step], root: &'a Value) -> Option<Vec<&'a Value>> {
    let mut nodes = vec![root];
    for step in steps {
        let mut next = Vec::new();
        for node in nodes {
            select(step, node, root, &mut next);
            if next.len() > MAX_NODES {
                return None;
            }
        }
        nodes = next;
    }
    Some(nodes)
}

fn select<'a>(step: &Step, node: &'a Value, root: &'a Value, into: &mut Vec<&'a Value>) {
    match (step, node) {
        (Step::Name(name), Value::Object(object)) => into.extend(object.get(&**name)),
        (Step::Names(names), Value::Object(object)) => {
            into.extend(names.iter().filter_map(|name| object.get(&**name)));
        }
        (Step::Index(index), Value::Array(items)) => into.extend(at(items, *index)),
        (Step::Indices(indices), Value::Array(items)) => {
            into.extend(indices.iter().filter_map(|index| at(items, *index)));
        }
        (Step::Slice { start, end, step }, Value::Array(items)) => slice(items, *start, *end, *step, into),
        (Step::Wildcard, _) => into.extend(children(node)),
        (Step::Descendants, _) => descend(node, into),
        (Step::Filter(filter), Value::Array(items)) => {
            into.extend(items.iter().filter(|item| filter.accepts(item, root)));
        }
        (Step::Filter(filter), Value::Object(_)) if filter.accepts(node, root) => into.push(node),
        _ => {}
    }
}

fn slice<'a>(items: &'a [Value], start: Option<i64>, end: Option<i64>, step: i64, into: &mut Vec<&'a Value>) {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = |index: i64| {
        if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) }
    };
    let (start, end) = (place(start.unwrap_or(0)), place(end.unwrap_or(length)));
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
        return;
    };
    let step = usize::try_from(step).unwrap_or(usize::MAX).max(1);
    into.extend(items.iter().take(end).skip(start).step_by(step));
}

fn children(node: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match node {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(object) => Box::new(object.values()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Box::new(std::iter::empty()),
    }
}

/// Recursion is bounded by the depth of the value, which the JSON parser limits to 128.
fn descend<'a>(node: &'a Value, into: &mut Vec<&'a Value>) {
    if into.len() > MAX_NODES {
        return;
    }
    into.push(node);
    for child in children(node) {
        descend(child, into);
    }
}

/// Why a definite path found nothing, in the words that Step Functions passes on from its JSONPath library.
fn explain(steps: &[Step], root: &Value) -> String {
    let mut path = "$".to_owned();
    let mut value = root;
    for (position, step) in steps.iter().enumerate() {
        let before = path.clone();
        match step {
            Step::Name(name) => {
                let _ = write!(path, "['{name}']");
                if !value.is_object() {
                    return format!(
                        "Expected to find an object with property ['{name}'] in path {before} but found '{}'",
                        type_name(value)
                    );
                }
            }
            Step::Index(index) => {
                let _ = write!(path, "[{index}]");
                if !value.is_array() {
                    return format!(
                        "Expected to find an array in path {before} but found '{}'",
                        type_name(value)
                    );
                }
            }
            _ => {}
        }
        match definite(std::slice::from_ref(step), value) {
            Some(found) => value = found,
            None if position + 1 < steps.len() => return format!("Missing property in path {path}"),
            None => break,
        }
    }
    format!("No results for path: {path}")
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
