//! Functions that Step Functions adds to JSONata, and those that would read a clock or draw a number.
//!
//! Only what an expression names is registered. `$eval` is there no more; what it did for data, `$parse` does. What the
//! functions do with odd arguments was measured by the authors of floci (its `JsonataEvaluatorTest`) and of sfnx.

use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::parser;
use jsonata_core::value::JValue;

use super::analysis::Analysis;
use super::budget::{Budget, exceeded, picture_fits};
use super::java_random;
use super::signature;
use super::strict_json;
use crate::digest;
use crate::environment::{Chance, Environment, uuid};

type Answer = Result<JValue, EvaluatorError>;

/// The most items of `$range`. Measured on Step Functions.
const MAX_RANGE: usize = 360_145;

/// What a value of JSON may take for each byte of its text.
const PARSED_BYTES: usize = 32;

/// Whether an expression depends on chance.
pub(super) fn draw(needs: &Analysis) -> bool {
    ["random", "uuid", "shuffle"].into_iter().any(|name| needs.uses_function(name))
}

/// Chance begins with the seed.
pub(super) fn register(
    evaluator: &mut Evaluator,
    needs: &Analysis,
    environment: &dyn Environment,
    seed: Option<u64>,
    budget: &Budget,
) {
    let budget = budget.clone();
    let now = environment.now_millis();
    let mut registry = Registry { evaluator, needs };
    registry.add("now", move |arguments| now_text(now, arguments));
    registry.add("millis", move |_| Ok(JValue::from_i64(now)));
    registry.add("partition", partition);
    registry.add("range", range);
    registry.add("hash", hash);
    registry.add("parse", move |arguments| {
        let length = arguments.first().and_then(JValue::as_str).map_or(0, str::len);
        budget.take(length * PARSED_BYTES)?;
        parse(arguments)
    });
    if needs.uses_function("eval") {
        let not_there = |_: &[JValue]| Err(failure("T1006: Attempted to invoke a non-function"));
        // It fails only for names that take part in the compiled fast path.
        let _ = registry.evaluator.register_fn_override("eval", not_there);
    }
    if let Some(seed) = seed {
        let chance = Rc::new(Chance::new(seed));
        let (for_uuid, for_shuffle) = (Rc::clone(&chance), Rc::clone(&chance));
        registry.add("uuid", move |_| Ok(JValue::string(uuid(for_uuid.next(), for_uuid.next()))));
        registry.add("shuffle", move |arguments| Ok(shuffle(&for_shuffle, arguments)));
        registry.add("random", move |arguments| Ok(JValue::from_f64(random(&chance, arguments))));
    }
}

struct Registry<'a> {
    evaluator: &'a mut Evaluator,
    needs: &'a Analysis,
}

impl Registry<'_> {
    /// The function is given only what its signature allows.
    fn add(&mut self, name: &'static str, function: impl Fn(&[JValue]) -> Answer + 'static) {
        if self.needs.uses_function(name) {
            let checked = move |given: &[JValue]| {
                let arguments = signature::check(name, given, &JValue::Undefined);
                function(&arguments.map_err(EvaluatorError::EvaluationError)?)
            };
            // It fails only for names that take part in the compiled fast path, which none of these does.
            let _ = self.evaluator.register_fn_override(name, checked);
        }
    }
}

fn failure(message: &str) -> EvaluatorError {
    EvaluatorError::EvaluationError(message.to_owned())
}

/// `$now()`, and with a picture and a time zone what `$fromMillis` makes of it.
fn now_text(now: i64, arguments: &[JValue]) -> Answer {
    let mut call = format!("$fromMillis({now}");
    for argument in arguments.iter().take_while(|argument| !argument.is_undefined()) {
        if !argument.as_str().is_none_or(picture_fits) {
            return Err(exceeded());
        }
        call.push_str(", ");
        call.push_str(&argument.to_json_string().unwrap_or_default());
    }
    let tree = parser::parse(&(call + ")")).map_err(|error| failure(&error.to_string()))?;
    Evaluator::new().evaluate(&tree, &JValue::Undefined)
}

fn parse(arguments: &[JValue]) -> Answer {
    let Some(text) = arguments.first().and_then(JValue::as_str) else {
        return Ok(JValue::Undefined);
    };
    strict_json::parse(text).ok_or_else(|| failure("D3137: Invalid JSON"))
}

/// Chunks of that size, the last one with what is left; all in one if there is no size.
fn partition(arguments: &[JValue]) -> Answer {
    let items = match arguments.first() {
        Some(JValue::Array(items)) => items,
        Some(JValue::Undefined) | None => return Ok(JValue::Undefined),
        Some(_) => {
            let message = "T0412: Argument 1 of function \"partition\" must be an array of undefined";
            return Err(failure(message));
        }
    };
    let Some(size) = arguments.get(1).and_then(truncated) else {
        return Ok(JValue::array(vec![JValue::array(items.to_vec())]));
    };
    if size < 0 {
        return Err(failure("D3137: Second argument must be zero or greater"));
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size == 0 || items.is_empty() {
        return Ok(JValue::Undefined);
    }
    Ok(JValue::array(items.chunks(size).map(|chunk| JValue::array(chunk.to_vec())).collect()))
}

/// From the first to the last, which is included if the step hits it. A single number is not put into a list.
fn range(arguments: &[JValue]) -> Answer {
    let number = |index: usize| arguments.get(index).and_then(truncated);
    let (Some(first), Some(last), Some(step)) = (number(0), number(1), number(2)) else {
        return Ok(JValue::Undefined);
    };
    if step == 0 {
        return Ok(JValue::Undefined);
    }
    let within = |number: &i64| if step > 0 { *number <= last } else { *number >= last };
    let numbers = std::iter::successors(Some(first), |number| number.checked_add(step)).take_while(within);
    let mut items: Vec<_> = numbers.take(MAX_RANGE + 1).map(JValue::from_i64).collect();
    match items.len() {
        0 => Ok(JValue::Undefined),
        1 => Ok(items.remove(0)),
        count if count > MAX_RANGE => Err(failure("D2014: too many items")),
        _ => Ok(JValue::array(items)),
    }
}

fn hash(arguments: &[JValue]) -> Answer {
    let [JValue::String(data), algorithm] = arguments else {
        return Ok(JValue::Undefined);
    };
    let algorithm = algorithm.as_str().unwrap_or("null");
    let digest = digest::hex(data, algorithm).ok_or_else(|| {
        failure(&format!(
            "D3137: Hash algorithm '{algorithm}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"
        ))
    })?;
    Ok(JValue::string(digest))
}

/// At least 0 and less than 1; the same number every time with a seed.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
fn random(chance: &Chance, arguments: &[JValue]) -> f64 {
    match arguments.first().and_then(truncated) {
        Some(seed) => java_random::first(seed),
        None => (chance.next() >> 11) as f64 / (1_u64 << 53) as f64,
    }
}

/// The items in an order drawn at random, each order as likely as any other.
fn shuffle(chance: &Chance, arguments: &[JValue]) -> JValue {
    let Some(JValue::Array(items)) = arguments.first() else {
        return arguments.first().cloned().unwrap_or(JValue::Undefined);
    };
    let mut items = items.to_vec();
    for last in (1..items.len()).rev() {
        let drawn = chance.next() % (last as u64 + 1);
        items.swap(last, usize::try_from(drawn).unwrap_or(last));
    }
    JValue::array(items)
}

/// A number without its fraction, as Java makes a `long` of it.
#[expect(clippy::cast_possible_truncation, reason = "as in Java, what is too large becomes the largest")]
fn truncated(value: &JValue) -> Option<i64> {
    Some(value.as_f64()? as i64)
}
