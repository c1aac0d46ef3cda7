//! What an evaluation may keep in memory, and the functions that watch it.
//!
//! The evaluator bounds a list's length and nothing else, so [`guard`](super::guard) puts calls of these functions into
//! an expression. Their names cannot be written in one. What is refused here, Step Functions refuses as well: its
//! limits on lists come to some 14 MB, and these are more generous.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError};
use jsonata_core::functions::string::{build_regex, string};
use jsonata_core::value::JValue;

use super::decoding::{Decoded, decode};
use super::distinct::distinct;
use super::limits::{self, MAX_ITEMS, MAX_KEPT, MAX_NODES, MAX_TEXT, NODE_BYTES, OBJECT_BYTES, PART_BYTES};

type Answer = Result<JValue, EvaluatorError>;

/// Joins two values as `&` does.
pub(super) const CONCATENATE: &str = "&";
/// Counts a value that outlives the expression that made it.
pub(super) const KEEP: &str = "!keep";
/// Counts a value that becomes a part of another one: such values can grow twofold with each step.
pub(super) const HOLD: &str = "!hold";
/// Counts a text, which is there anyway, for the one that it may become a part of.
pub(super) const TEXT: &str = "!text";
/// Counts a list of objects that was made just now.
pub(super) const MADE: &str = "!made";
/// Refuses null as a bound of a range, where the evaluator takes it for nothing.
pub(super) const BOUND: &str = "!bound";
/// Refuses a text that would be taken apart into too many parts.
pub(super) const SHORT: &str = "!short";

/// Whether one of the arguments is a function that can be called with a match.
pub(super) const APPLIES: &str = "!applies";
/// Removes duplicates, as `$distinct` does.
pub(super) const DISTINCT: &str = "!distinct";

/// Functions whose result may be much larger than what they are given. With each, how many arguments it takes.
/// Those that decode are there because they are looked at as well.
pub(super) const GROWING: &[(&str, usize)] = &[
    ("base64decode", 1),
    ("base64encode", 1),
    ("decodeUrl", 1),
    ("decodeUrlComponent", 1),
    ("encodeUrl", 1),
    ("encodeUrlComponent", 1),
    ("formatInteger", 2),
    ("fromMillis", 3),
    ("join", 2),
    ("pad", 3),
    ("replace", 4),
    ("string", 1),
];

/// The name under which a growing function is watched. It is given the context value before its arguments.
pub(super) fn watched(name: &str) -> String {
    format!("!{name}")
}

/// How much an evaluation may still keep. Clones share it.
#[derive(Clone)]
pub(super) struct Budget(Rc<Cell<usize>>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Rc::new(Cell::new(MAX_KEPT)))
    }

    /// # Errors
    /// If that is more than is left.
    pub(super) fn take(&self, bytes: usize) -> Result<(), EvaluatorError> {
        self.0.set(self.0.get().checked_sub(bytes).ok_or_else(exceeded)?);
        Ok(())
    }
}

/// Registers what the guarded expression calls.
pub(super) fn register(evaluator: &mut Evaluator, called: &BTreeSet<Box<str>>, budget: &Budget) {
    for name in called {
        // It fails only for names of functions that there are.
        let _ = match &**name {
            CONCATENATE => evaluator.register_fn(CONCATENATE, |given: &[JValue]| concatenate(given)),
            KEEP => evaluator.register_fn(KEEP, keep(budget, false)),
            HOLD => evaluator.register_fn(HOLD, keep(budget, true)),
            TEXT => evaluator.register_fn(TEXT, text(budget)),
            MADE => evaluator.register_fn(MADE, made(budget)),
            SHORT => evaluator.register_fn(SHORT, |given: &[JValue]| short(first(given))),
            BOUND => evaluator.register_fn(BOUND, |given: &[JValue]| bound(first(given))),
            DISTINCT => evaluator.register_fn(DISTINCT, |given: &[JValue]| Ok(distinct(&first(given)))),
            APPLIES => evaluator.register_fn(APPLIES, |given: &[JValue]| {
                let is_function = |value: &JValue| value.is_function() && !value.is_regex();
                Ok(JValue::from(given.iter().any(is_function)))
            }),
            watched => {
                let growing = watched.trim_start_matches('!').to_owned();
                evaluator.register_fn(watched, move |given: &[JValue]| {
                    let (context, arguments) = given.split_first().unwrap_or((&JValue::Undefined, &[]));
                    grow(&growing, context, arguments)
                })
            }
        };
    }
}

fn first(given: &[JValue]) -> JValue {
    given.first().cloned().unwrap_or(JValue::Undefined)
}

/// What a value would take if no two parts of it were shared; `None` if that is more than `most`.
pub(super) fn weight(value: &JValue, most: usize) -> Option<usize> {
    let mut total = NODE_BYTES;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        // Parts are counted before they are looked at: a list of shared lists is not opened in vain.
        match value {
            JValue::String(text) => total += text.len(),
            JValue::Array(items) => {
                total += items.len() * NODE_BYTES;
                open.extend(items.iter().take(most / NODE_BYTES));
            }
            JValue::Object(fields) => {
                total += fields.keys().map(|name| name.len() + NODE_BYTES).sum::<usize>();
                open.extend(fields.values());
            }
            _ => {}
        }
        if total > most {
            return None;
        }
    }
    Some(total)
}

/// Counts the first argument and, if it becomes a part of a value, how many parts the second one says there are.
fn keep(budget: &Budget, is_part: bool) -> impl Fn(&[JValue]) -> Answer + 'static {
    let budget = budget.clone();
    move |given| {
        let value = first(given);
        if is_part {
            weight(&value, MAX_NODES * NODE_BYTES).ok_or_else(exceeded)?;
            let parts = given.get(1).and_then(JValue::as_i64).and_then(|parts| usize::try_from(parts).ok());
            budget.take(parts.unwrap_or(0) * PART_BYTES)?;
        }
        budget.take(match &value {
            JValue::String(text) => text.len(),
            JValue::Array(items) => items.len() * NODE_BYTES,
            JValue::Object(fields) => fields.len() * NODE_BYTES,
            _ => 0,
        })?;
        Ok(value)
    }
}

fn text(budget: &Budget) -> impl Fn(&[JValue]) -> Answer + 'static {
    let budget = budget.clone();
    move |given| {
        let value = first(given);
        budget.take(value.as_str().map_or(0, str::len))?;
        Ok(value)
    }
}

fn made(budget: &Budget) -> impl Fn(&[JValue]) -> Answer + 'static {
    let budget = budget.clone();
    move |given| {
        let value = first(given);
        if let JValue::Array(items) = &value {
            budget.take(items.len() * OBJECT_BYTES)?;
        }
        Ok(value)
    }
}

fn short(value: JValue) -> Answer {
    if matches!(&value, JValue::String(text) if text.len() > MAX_ITEMS) { Err(exceeded()) } else { Ok(value) }
}

fn bound(value: JValue) -> Answer {
    if value.is_null() {
        let message = "T2004: The right side of the range operator (..) must evaluate to an integer";
        return Err(EvaluatorError::EvaluationError(message.to_owned()));
    }
    Ok(value)
}

fn concatenate(given: &[JValue]) -> Answer {
    let mut joined = String::new();
    for value in given {
        let written;
        let text = match value {
            JValue::String(text) => &**text,
            JValue::Null | JValue::Number(_) | JValue::Bool(_) | JValue::Array(_) | JValue::Object(_) => {
                weight(value, MAX_WRITTEN).ok_or_else(exceeded)?;
                written = string(value, None)?;
                written.as_str().unwrap_or_default()
            }
            _ => "",
        };
        (joined.len() + text.len() <= MAX_TEXT).then_some(()).ok_or_else(exceeded)?;
        joined.push_str(text);
    }
    Ok(JValue::string(joined))
}

fn grow(name: &str, context: &JValue, arguments: &[JValue]) -> Answer {
    let is_fitting = match name {
        "join" => join_fits(arguments),
        "pad" => arguments.iter().all(|argument| argument.as_f64().is_none_or(|width| width.abs() <= LONG)),
        "replace" => replace_fits(context, arguments),
        "fromMillis" => arguments.iter().filter_map(JValue::as_str).all(picture_fits),
        "formatInteger" => roman_fits(context, arguments),
        _ => arguments.iter().chain([context]).all(|value| weight(value, MAX_WRITTEN).is_some()),
    };
    is_fitting.then_some(()).ok_or_else(exceeded)?;
    let decoded;
    let mut arguments = arguments;
    if let "base64decode" | "decodeUrl" | "decodeUrlComponent" = name
        && let Some(text) = arguments.first().unwrap_or(context).as_str()
        && arguments.len() <= 1
    {
        match decode(name, text)? {
            Decoded::Result(text) => return Ok(JValue::string(text)),
            Decoded::Given(text) => decoded = [JValue::string(text)],
        }
        arguments = &decoded;
    }
    let result = match (name, arguments) {
        ("string", [JValue::String(_)]) => return Ok(arguments[0].clone()),
        ("string", [value @ (JValue::Null | JValue::Bool(_))]) => string(value, None)?,
        _ => built_in(name, context, arguments)?,
    };
    if matches!(&result, JValue::String(text) if text.len() > MAX_TEXT) {
        Err(exceeded())
    } else {
        Ok(result)
    }
}

/// What may weigh more than it takes as text, which is measured when it is there.
const MAX_WRITTEN: usize = 16 * MAX_TEXT;
#[expect(clippy::cast_precision_loss, reason = "it is a small whole number")]
const LONG: f64 = MAX_TEXT as f64;

/// Calls the evaluator's own function, in an evaluator where it is not watched.
fn built_in(name: &str, context: &JValue, arguments: &[JValue]) -> Answer {
    let mut bindings = Context::new();
    let given = arguments.iter().enumerate().map(|(index, argument)| {
        let variable = format!("!{index}");
        bindings.bind(variable.clone(), argument.clone());
        AstNode::Variable(variable)
    });
    let call = AstNode::Function { name: name.to_owned(), args: given.collect(), is_builtin: true };
    Evaluator::with_options(bindings, limits::options()).evaluate(&call, context)
}

fn join_fits(arguments: &[JValue]) -> bool {
    let Some(JValue::Array(items)) = arguments.first() else { return true };
    let separator = arguments.get(1).and_then(JValue::as_str).map_or(0, str::len);
    let lengths = items.iter().map(|item| item.as_str().map_or(0, str::len).saturating_add(separator));
    lengths.fold(0, usize::saturating_add) <= MAX_TEXT.saturating_add(separator)
}

/// The subject may be the context, and then the replacement is the second argument.
fn replace_fits(context: &JValue, arguments: &[JValue]) -> bool {
    let given: Vec<&JValue> = match arguments {
        [_, JValue::String(_), ..] | [_, _, JValue::String(_), ..] if arguments.len() > 2 => {
            arguments.iter().collect()
        }
        _ => std::iter::once(context).chain(arguments).collect(),
    };
    let [JValue::String(subject), pattern, JValue::String(replacement), ..] = &given[..] else { return true };
    let count = match pattern {
        JValue::String(pattern) if pattern.is_empty() => 0,
        JValue::String(pattern) => subject.matches(&**pattern).count(),
        JValue::Regex { pattern, flags } => {
            build_regex(pattern, flags).map_or(0, |regex| regex.find_iter(subject).count())
        }
        _ => subject.len(),
    };
    // A group of the pattern is at most the subject, taken over all matches.
    let groups = replacement.matches('$').count() + 1;
    let size = count.saturating_mul(replacement.len()).saturating_add(groups.saturating_mul(subject.len()));
    size <= MAX_WRITTEN
}

/// Whether what the picture of a date asks for, `[D,6-9]`, is not wider than a text may be.
pub(super) fn picture_fits(picture: &str) -> bool {
    let widths = picture.split([',', '-']).skip(1);
    let digits = widths.map(|width| width.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    let widths =
        digits.filter(|digits| !digits.is_empty()).map(|digits| digits.parse().unwrap_or(usize::MAX));
    widths.fold(0, usize::saturating_add) <= MAX_TEXT
}

/// Roman numerals have a letter for each thousand.
fn roman_fits(context: &JValue, arguments: &[JValue]) -> bool {
    let is_roman = arguments.iter().filter_map(JValue::as_str).any(|picture| picture.starts_with(['i', 'I']));
    let number = arguments.first().and_then(JValue::as_f64).or(context.as_f64()).unwrap_or(0.0);
    !is_roman || number.abs() <= 1000.0 * LONG
}

pub(super) fn exceeded() -> EvaluatorError {
    EvaluatorError::EvaluationError("D2014: too much memory".to_owned())
}
