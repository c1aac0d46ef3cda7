//! Checks that an explained expression makes before each call and operator, and what they find.
//!
//! See [`explain`](super::explain), which puts them in. The rules are those of jsonata-js.

use std::cell::RefCell;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::catalogue::{json, message};
use super::code;
use super::signature::validate;

/// Looks at a call: the function's name, its signature, the context, the arguments.
pub(super) const CALL: &str = "?call";
/// Looks at what an operator is given: its symbol, and the values.
pub(super) const OPERATOR: &str = "?operator";

/// What the checks have seen of an evaluation. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Witness(Rc<RefCell<Seen>>);

#[derive(Default)]
struct Seen {
    /// What failed a check, in full.
    failure: Option<String>,
    /// The function that was called last, and its arguments.
    function: String,
    arguments: Vec<JValue>,
    /// The keys that lists were sorted by, each with its term's number.
    keys: Vec<(JValue, JValue)>,
}

impl Witness {
    /// Registers the checks.
    pub(super) fn register(&self, evaluator: &mut Evaluator) {
        let (for_calls, for_operators) = (self.clone(), self.clone());
        // It fails only for names of functions that there are.
        let _ = evaluator.register_fn(CALL, move |given: &[JValue]| for_calls.call(given));
        let _ = evaluator.register_fn(OPERATOR, move |given: &[JValue]| for_operators.operator(given));
    }

    /// Why the evaluation failed that said this. `None` if that is not known.
    pub(super) fn text(&self, said: &str) -> Option<String> {
        let seen = self.0.borrow();
        if seen.failure.is_some() {
            return seen.failure.clone();
        }
        let (code, said) = code::find(said);
        // Our own functions say it as jsonata-js does.
        if said.contains("of function \"") {
            return None;
        }
        message(code?, &seen.values(code?, said))
    }

    fn call(&self, given: &[JValue]) -> Result<JValue, EvaluatorError> {
        let [JValue::String(name), signature, context, arguments @ ..] = given else {
            return Ok(JValue::Undefined);
        };
        let checked = match signature.as_str() {
            Some(signature) => validate(name, signature, arguments, context),
            None => Ok(arguments.to_vec()),
        };
        let mut seen = self.0.borrow_mut();
        name.as_ref().clone_into(&mut seen.function);
        seen.arguments = checked.clone().unwrap_or_default();
        seen.outcome(checked.map(|_| ()))
    }

    fn operator(&self, given: &[JValue]) -> Result<JValue, EvaluatorError> {
        let [JValue::String(symbol), values @ ..] = given else { return Ok(JValue::Undefined) };
        let mut seen = self.0.borrow_mut();
        if let ("sort", [term, key]) = (&**symbol, values) {
            seen.keys.push((term.clone(), key.clone()));
        }
        let checked =
            operands(symbol, values).map_err(|(code, values)| message(code, &values).unwrap_or_default());
        seen.outcome(checked)
    }
}

impl Seen {
    fn outcome(&mut self, checked: Result<(), String>) -> Result<JValue, EvaluatorError> {
        let Err(failure) = checked else { return Ok(JValue::Undefined) };
        self.failure = Some(failure.clone());
        Err(EvaluatorError::EvaluationError(failure))
    }

    /// What the text for a code needs, as far as it is known.
    fn values(&self, code: &str, said: &str) -> Vec<(&'static str, String)> {
        let argument = |index: usize| self.arguments.get(index).map_or_else(|| "undefined".to_owned(), json);
        let name = format!("\"{}\"", self.function);
        match code {
            "D1001" => vec![("value", "null".to_owned())],
            "D3030" | "D3060" | "D3110" => vec![("value", argument(0))],
            "D3061" => vec![("value", argument(0)), ("exp", argument(1))],
            "D3100" => vec![("value", argument(1))],
            "D3140" => vec![("functionName", self.function.clone()), ("value", argument(0))],
            "T1010" => vec![("token", name)],
            "T0410" | "T0411" | "T0412" => {
                let token = if self.function.is_empty() { "undefined".to_owned() } else { name };
                let found = ["numbers", "strings", "booleans", "objects", "arrays", "functions"];
                let kind = found.iter().find(|kind| said.to_lowercase().contains(&kind[..kind.len() - 1]));
                let kind = kind.map_or_else(|| "undefined".to_owned(), |kind| format!("\"{kind}\""));
                let index =
                    said.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).nth(1);
                vec![("index", index.unwrap_or("1").to_owned()), ("token", token), ("type", kind)]
            }
            "D1009" => {
                let key = said.split_once("same key: ").map_or(said, |(_, key)| key);
                vec![("value", key.to_owned())]
            }
            "D3130" | "D3132" | "D3133" => vec![("value", quoted(said))],
            "T2007" => self.mismatch(),
            _ => Vec::new(),
        }
    }

    /// The first two keys of a term, one after the other, that cannot be compared.
    fn mismatch(&self) -> Vec<(&'static str, String)> {
        let kind = std::mem::discriminant::<JValue>;
        let mut pairs = self.keys.iter().enumerate().flat_map(|(index, later)| {
            let earlier = self.keys[..index].iter().rev().find(|(term, _)| *term == later.0);
            earlier.map(|earlier| (&earlier.1, &later.1))
        });
        let found = pairs.find(|(first, second)| kind(first) != kind(second));
        found.map_or_else(Vec::new, |(first, second)| vec![("value", json(first)), ("value2", json(second))])
    }
}

/// What the evaluator's text ends with, in quotes.
fn quoted(said: &str) -> String {
    let (_, last) = said.rsplit_once([' ']).unwrap_or(("", said));
    let inner = last.trim_matches(['"', '\'']);
    serde_json::Value::from(inner).to_string()
}

type Failure = (&'static str, Vec<(&'static str, String)>);

/// Whether the operator takes those values.
fn operands(symbol: &str, values: &[JValue]) -> Result<(), Failure> {
    let token = || vec![("token", format!("\"{symbol}\""))];
    match (symbol, values) {
        ("+" | "-" | "*" | "/" | "%", [left, right]) => {
            number(left, "T2001", token())?;
            number(right, "T2002", token())
        }
        ("negate", [value]) => number(value, "D1002", vec![("value", json(value))]),
        ("..", [left, right]) => {
            whole(left, "T2003")?;
            whole(right, "T2004")
        }
        ("<" | "<=" | ">" | ">=", [left, right]) => ordered(left, right, symbol, token()),
        ("key", [key]) if !matches!(key, JValue::String(_) | JValue::Undefined) => {
            Err(("T1003", vec![("value", json(key))]))
        }
        ("update", [update]) if !matches!(update, JValue::Object(_) | JValue::Undefined) => {
            Err(("T2011", vec![("value", json(update))]))
        }
        ("delete", [deleted]) if !is_texts(deleted) => Err(("T2012", vec![("value", json(deleted))])),
        _ => Ok(()),
    }
}

fn number(value: &JValue, code: &'static str, values: Vec<(&'static str, String)>) -> Result<(), Failure> {
    match value {
        JValue::Undefined => Ok(()),
        JValue::Number(number) if number.is_infinite() => Err(("D1001", vec![("value", "null".to_owned())])),
        JValue::Number(number) if !number.is_nan() => Ok(()),
        _ => Err((code, values)),
    }
}

fn whole(value: &JValue, code: &'static str) -> Result<(), Failure> {
    match value {
        JValue::Undefined => Ok(()),
        JValue::Number(number) if number.is_finite() && number.fract() == 0.0 => Ok(()),
        _ => Err((code, Vec::new())),
    }
}

fn ordered(
    left: &JValue,
    right: &JValue,
    symbol: &str,
    token: Vec<(&'static str, String)>,
) -> Result<(), Failure> {
    let is_ordered = |v: &JValue| matches!(v, JValue::Undefined | JValue::Number(_) | JValue::String(_));
    match (left, right) {
        _ if !is_ordered(left) || !is_ordered(right) => Err(("T2010", token)),
        (JValue::Number(_), JValue::String(_)) | (JValue::String(_), JValue::Number(_)) => {
            let token = format!("\"{symbol}\"");
            Err(("T2009", vec![("value", json(left)), ("value2", json(right)), ("token", token)]))
        }
        _ => Ok(()),
    }
}

fn is_texts(value: &JValue) -> bool {
    match value {
        JValue::Undefined | JValue::String(_) => true,
        JValue::Array(items) => items.iter().all(|item| matches!(item, JValue::String(_))),
        _ => false,
    }
}
