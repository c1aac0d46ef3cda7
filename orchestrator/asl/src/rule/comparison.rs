//! The operators of Choice rules: a kind of value, a relation, and what to compare with.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::glob::Glob;
use super::{Lookup, RuleError};
use crate::path::Path;
use crate::reader::Reader;
use crate::timestamp::Instant;

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Comparison {
    IsPresent(bool),
    Is(Kind, bool),
    StringMatches(Glob),
    Compare(Relation, Operand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    String,
    Numeric,
    Boolean,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Fixed(Scalar),
    At(Kind, Path),
}

/// A value of one of the kinds that have an order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    String(String),
    Numeric(Number),
    Boolean(bool),
    Timestamp(Instant),
}

impl Comparison {
    pub(super) fn holds<'a>(
        &self,
        value: &Value,
        lookup: impl FnOnce(&Path) -> Lookup<'a>,
    ) -> Result<bool, RuleError> {
        match self {
            Self::IsPresent(expected) => Ok(*expected),
            Self::Is(kind, expected) => Ok(kind.has(value) == *expected),
            Self::StringMatches(glob) => Ok(value.as_str().is_some_and(|text| glob.matches(text))),
            Self::Compare(relation, Operand::Fixed(scalar)) => Ok(relation.holds(scalar.compare_to(value))),
            Self::Compare(relation, Operand::At(kind, path)) => {
                let other = lookup(path)?;
                let scalar = kind.read(&other);
                Ok(scalar.is_some_and(|scalar| relation.holds(scalar.compare_to(value))))
            }
        }
    }

    /// Reads the one operator of a rule.
    pub(super) fn read(reader: &Reader<'_>) -> Option<Self> {
        let names: Vec<_> = OPERATORS.iter().map(|operator| operator.name).collect();
        reader.exactly_one(&names);
        let given: Vec<_> = OPERATORS.iter().filter(|operator| reader.has(operator.name)).collect();
        for operator in given.iter().skip(1) {
            reader.take(operator.name);
        }
        given.first()?.read(reader)
    }
}

impl Kind {
    fn type_name(self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::String => "String",
            Self::Numeric => "Numeric",
            Self::Boolean => "Boolean",
            Self::Timestamp => "Timestamp",
        }
    }

    fn has(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::String => value.is_string(),
            Self::Numeric => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Timestamp => value.as_str().is_some_and(|text| Instant::parse(text).is_some()),
        }
    }

    fn read(self, value: &Value) -> Option<Scalar> {
        match (self, value) {
            (Self::String, Value::String(text)) => Some(Scalar::String(text.clone())),
            (Self::Numeric, Value::Number(number)) => Some(Scalar::Numeric(number.clone())),
            (Self::Boolean, Value::Bool(flag)) => Some(Scalar::Boolean(*flag)),
            (Self::Timestamp, Value::String(text)) => Instant::parse(text).map(Scalar::Timestamp),
            _ => None,
        }
    }
}

impl Scalar {
    /// How `value` stands to this; `None` if it is of another kind.
    fn compare_to(&self, value: &Value) -> Option<Ordering> {
        match (value, self) {
            (Value::String(left), Self::String(right)) => Some(left.cmp(right)),
            (Value::Number(left), Self::Numeric(right)) => compare_numbers(left, right),
            (Value::Bool(left), Self::Boolean(right)) => Some(left.cmp(right)),
            (Value::String(left), Self::Timestamp(right)) => Some(Instant::parse(left)?.cmp(right)),
            _ => None,
        }
    }
}

impl Relation {
    fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else { return false };
        match self {
            Self::Equals => order.is_eq(),
            Self::LessThan => order.is_lt(),
            Self::LessThanEquals => order.is_le(),
            Self::GreaterThan => order.is_gt(),
            Self::GreaterThanEquals => order.is_ge(),
        }
    }
}

/// Whole numbers are compared as such; a fraction makes both floating point.
pub(crate) fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

struct Operator {
    name: &'static str,
    shape: Shape,
}

enum Shape {
    IsPresent,
    Is(Kind),
    Matches,
    Fixed(Kind, Relation),
    At(Kind, Relation),
}

impl Operator {
    fn read(&self, reader: &Reader<'_>) -> Option<Comparison> {
        match self.shape {
            Shape::IsPresent => reader.boolean(self.name).map(Comparison::IsPresent),
            Shape::Is(kind) => reader.boolean(self.name).map(|expected| Comparison::Is(kind, expected)),
            Shape::Matches => reader.string(self.name).map(|text| Comparison::StringMatches(Glob::new(text))),
            Shape::At(kind, relation) => {
                let path = reader.rule_path(self.name)?;
                Some(Comparison::Compare(relation, Operand::At(kind, path)))
            }
            Shape::Fixed(kind, relation) => {
                let scalar = kind.read(reader.take(self.name)?);
                if scalar.is_none() {
                    reader.wrong_type(self.name, kind.type_name());
                }
                Some(Comparison::Compare(relation, Operand::Fixed(scalar?)))
            }
        }
    }
}

macro_rules! operators {
    ($($kind:ident: $($relation:ident),+;)+) => {
        &[
            $($(
                Operator {
                    name: concat!(stringify!($kind), stringify!($relation)),
                    shape: Shape::Fixed(Kind::$kind, Relation::$relation),
                },
                Operator {
                    name: concat!(stringify!($kind), stringify!($relation), "Path"),
                    shape: Shape::At(Kind::$kind, Relation::$relation),
                },
            )+)+
            Operator { name: "IsPresent", shape: Shape::IsPresent },
            Operator { name: "IsNull", shape: Shape::Is(Kind::Null) },
            Operator { name: "IsString", shape: Shape::Is(Kind::String) },
            Operator { name: "IsNumeric", shape: Shape::Is(Kind::Numeric) },
            Operator { name: "IsBoolean", shape: Shape::Is(Kind::Boolean) },
            Operator { name: "IsTimestamp", shape: Shape::Is(Kind::Timestamp) },
            Operator { name: "StringMatches", shape: Shape::Matches },
        ]
    };
}

const OPERATORS: &[Operator] = operators! {
    String: Equals, LessThan, LessThanEquals, GreaterThan, GreaterThanEquals;
    Numeric: Equals, LessThan, LessThanEquals, GreaterThan, GreaterThanEquals;
    Boolean: Equals;
    Timestamp: Equals, LessThan, LessThanEquals, GreaterThan, GreaterThanEquals;
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Rule;
    use crate::findings::Findings;
    use crate::path::NoContext;
    use crate::reader::Reader;

    fn holds(rule: &serde_json::Value, input: &serde_json::Value) -> Option<bool> {
        let findings = Findings::default();
        let rule = Rule::read(&Reader::new(rule.as_object().unwrap(), "/".to_owned(), &findings)).unwrap();
        assert_eq!(findings.into_vec(), []);
        rule.holds(input, &NoContext).ok()
    }

    fn check(operator: &str, operand: serde_json::Value, value: serde_json::Value, expected: bool) {
        let rule = json!({"Variable": "$.v", operator: operand});
        assert_eq!(holds(&rule, &json!({"v": value, "w": 2})), Some(expected), "{rule} {value}");
    }

    #[test]
    fn values_are_compared_by_the_kind_of_the_operator() {
        check("NumericEquals", json!(1), json!(1.0), true);
        check("NumericLessThanPath", json!("$.w"), json!(1), true);
        check("NumericGreaterThan", json!(9_007_199_254_740_992_i64), json!(9_007_199_254_740_993_i64), true);
        check("NumericEquals", json!(1), json!("1"), false);
        check("StringLessThanEquals", json!("b"), json!("b"), true);
        check("StringMatches", json!("log-*.txt"), json!("log-a.txt"), true);
        check("BooleanEquals", json!(false), json!(false), true);
        check("BooleanEquals", json!(false), json!(null), false);
        check("TimestampLessThan", json!("2020-01-01T00:00:00Z"), json!("2020-01-01T00:00:00+01:00"), true);
        check("IsTimestamp", json!(true), json!("2020-01-01"), false);
        check("IsNull", json!(true), json!(null), true);
    }

    #[test]
    fn a_missing_variable_is_an_error_except_to_is_present() {
        let missing = json!({});
        assert_eq!(holds(&json!({"Variable": "$.v", "IsPresent": false}), &missing), Some(true));
        assert_eq!(holds(&json!({"Variable": "$.v", "IsNull": true}), &missing), None);
        assert_eq!(holds(&json!({"Variable": "$.v", "NumericEqualsPath": "$.x"}), &json!({"v": 1})), None);
        let guarded =
            json!({"And": [{"Variable": "$.v", "IsPresent": true}, {"Variable": "$.v", "IsNull": true}]});
        assert_eq!(holds(&guarded, &missing), Some(false));
    }

    #[test]
    fn rules_are_joined() {
        let one = json!({"Variable": "$.v", "NumericEquals": 1});
        let two = json!({"Variable": "$.v", "NumericEquals": 2});
        let input = json!({"v": 2});
        assert_eq!(holds(&json!({"And": [one, two]}), &input), Some(false));
        assert_eq!(holds(&json!({"Or": [one, two]}), &input), Some(true));
        assert_eq!(holds(&json!({"Not": one}), &input), Some(true));
    }
}
