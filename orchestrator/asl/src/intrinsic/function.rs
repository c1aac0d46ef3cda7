//! The intrinsic functions: their names, and how many arguments each takes.

use std::borrow::Cow;

use serde_json::Value;

use super::{array, format, json, math, text};
use crate::environment::{Environment, uuid};
use crate::size::Allowance;

/// Arguments of a call, evaluated.
pub(super) type Arguments<'a> = [Cow<'a, Value>];

type Body = fn(&Arguments<'_>, &dyn Environment) -> Option<Value>;

/// An intrinsic function.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    least: usize,
    most: usize,
    body: Body,
}

impl Function {
    pub(super) fn find(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|function| function.name == name).copied()
    }

    pub(super) fn takes(self, count: usize) -> bool {
        (self.least..=self.most).contains(&count)
    }

    /// Whether its first argument is a template, in which braces mean something.
    pub(super) fn has_template(self) -> bool {
        self.name == FORMAT
    }

    /// The cause is in the words of Step Functions, which does not say what is wrong with the arguments.
    pub(super) fn call(
        self,
        arguments: &Arguments<'_>,
        environment: &dyn Environment,
    ) -> Result<Value, String> {
        let allowance = Allowance::new();
        if !arguments.iter().all(|argument| allowance.covers(argument)) {
            return Err(format!("Invalid arguments in {}", self.name));
        }
        if self.has_template() {
            return format::format(arguments);
        }
        (self.body)(arguments, environment).ok_or_else(|| format!("Invalid arguments in {}", self.name))
    }
}

/// Functions are told apart by their names.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const FORMAT: &str = "States.Format";

const fn row(name: &'static str, least: usize, most: usize, body: Body) -> Function {
    Function { name, least, most, body }
}

/// As the Step Functions developer guide lists them.
const FUNCTIONS: &[Function] = &[
    row("States.Array", 0, usize::MAX, |items, _| Some(array::new(items))),
    row("States.ArrayPartition", 2, 2, |given, _| array::partition(&given[0], &given[1])),
    row("States.ArrayContains", 2, 2, |given, _| array::contains(&given[0], &given[1])),
    row("States.ArrayRange", 3, 3, |given, _| array::range(&given[0], &given[1], &given[2])),
    row("States.ArrayGetItem", 2, 2, |given, _| array::item(&given[0], &given[1])),
    row("States.ArrayLength", 1, 1, |given, _| array::length(&given[0])),
    row("States.ArrayUnique", 1, 1, |given, _| array::unique(&given[0])),
    row("States.Base64Encode", 1, 1, |given, _| text::base64_encode(&given[0])),
    row("States.Base64Decode", 1, 1, |given, _| text::base64_decode(&given[0])),
    row("States.Hash", 2, 2, |given, _| text::hash(&given[0], &given[1])),
    row("States.JsonMerge", 3, 3, |given, _| json::merge(&given[0], &given[1], &given[2])),
    row("States.StringToJson", 1, 1, |given, _| json::parse(&given[0])),
    row("States.JsonToString", 1, 1, |given, _| Some(Value::String(given[0].to_string()))),
    row("States.MathRandom", 2, 3, math::random),
    row("States.MathAdd", 2, 2, |given, _| math::add(&given[0], &given[1])),
    row("States.StringSplit", 2, 2, |given, _| text::split(&given[0], &given[1])),
    row("States.UUID", 0, 0, |_, environment| {
        Some(Value::String(uuid(environment.random(), environment.random())))
    }),
    row(FORMAT, 1, usize::MAX, |_, _| None),
];
