//! Wait: until a time, or for a time.

use serde_json::Value;

use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::{Expression, Kind};
use crate::path::Path;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::seconds::{plain, required};
use crate::state::{Names, Transition};
use crate::timestamp::Instant;

/// A Wait state.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// What it waits for.
    pub until: WaitFor,
    /// Where to go then.
    pub next: Transition,
}

/// What a Wait state waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitFor {
    /// `Seconds`.
    Seconds(u32),
    /// `SecondsPath`.
    SecondsAt(Path),
    /// `Seconds`, as an expression.
    SecondsQuery(Expression),
    /// `Timestamp`.
    Timestamp(Instant),
    /// `TimestampPath`.
    TimestampAt(Path),
    /// `Timestamp`, as an expression.
    TimestampQuery(Expression),
}

/// How long a Wait state waits, once its data is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// For as many seconds from now.
    Seconds(u64),
    /// Until then.
    Timestamp(Instant),
}

impl WaitFor {
    /// How long.
    ///
    /// # Errors
    /// [`EvaluationError`] if the data or the expression has no such number or time.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<Until, EvaluationError> {
        match self {
            Self::Seconds(seconds) => Ok(Until::Seconds(u64::from(*seconds))),
            Self::Timestamp(instant) => Ok(Until::Timestamp(*instant)),
            Self::SecondsAt(path) => {
                let value = required(path, "SecondsPath", states, environment)?;
                seconds_at(path, &value).map(Until::Seconds)
            }
            Self::TimestampAt(path) => {
                let value = required(path, "TimestampPath", states, environment)?;
                let instant = value.as_str().and_then(Instant::parse).ok_or_else(|| {
                    let problem =
                        "does not reference a valid ISO-8601 extended offset date-time format string";
                    let shown = plain(&value);
                    EvaluationError::runtime(format!(
                        "The TimestampPath parameter {problem}: {path} == {shown}"
                    ))
                })?;
                Ok(Until::Timestamp(instant))
            }
            Self::SecondsQuery(expression) => {
                let value = expression.evaluate_to(Kind::Number, states, environment)?;
                seconds_of(expression, &value).map(Until::Seconds)
            }
            Self::TimestampQuery(expression) => {
                let value = expression.evaluate_to(Kind::String, states, environment)?;
                let instant = value.as_str().and_then(Instant::parse).ok_or_else(|| {
                    let problem = "cannot be parsed as an ISO-8601 extended offset date-time format string";
                    let field = expression.location();
                    let cause = format!("The {field} field {problem}: {}", plain(&value));
                    EvaluationError::query(cause, field)
                })?;
                Ok(Until::Timestamp(instant))
            }
        }
    }
}

fn seconds_at(path: &Path, value: &Value) -> Result<u64, EvaluationError> {
    let shown = || format!("{path} == {}", plain(value));
    let seconds = value.as_i64().ok_or_else(|| {
        let problem = "cannot be parsed as a long value";
        EvaluationError::runtime(format!("The SecondsPath parameter {problem}: {}", shown()))
    })?;
    u64::try_from(seconds).map_err(|_| {
        EvaluationError::runtime(format!(
            "The SecondsPath parameter references a negative value: {}",
            shown()
        ))
    })
}

fn seconds_of(expression: &Expression, value: &Value) -> Result<u64, EvaluationError> {
    let field = expression.location();
    let seconds = value.as_i64().ok_or_else(|| {
        EvaluationError::query(format!("The {field} field cannot be parsed as a long value: {value}"), field)
    })?;
    u64::try_from(seconds).map_err(|_| {
        EvaluationError::query(format!("The {field} field references a negative value: {value}"), field)
    })
}

impl Wait {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        let fields: &[&str] = match reader.language() {
            QueryLanguage::JsonPath => &["SecondsPath", "Seconds", "TimestampPath", "Timestamp"],
            QueryLanguage::Jsonata => &["Seconds", "Timestamp"],
        };
        reader.exactly_one(fields);
        let until = read_seconds(reader).or(read_timestamp(reader));
        let next = Transition::read(reader, names)?;
        Some(Self { until: until?, next })
    }
}

fn read_seconds(reader: &Reader<'_>) -> Option<WaitFor> {
    if reader.has_expression("Seconds") {
        return reader.expression("Seconds").map(WaitFor::SecondsQuery);
    }
    let seconds = reader.seconds("Seconds", 0).map(WaitFor::Seconds);
    if reader.language() == QueryLanguage::Jsonata {
        return seconds;
    }
    let at = reader.reference_path("SecondsPath").map(WaitFor::SecondsAt);
    seconds.or(at)
}

fn read_timestamp(reader: &Reader<'_>) -> Option<WaitFor> {
    if reader.has_expression("Timestamp") {
        return reader.expression("Timestamp").map(WaitFor::TimestampQuery);
    }
    let fixed = reader.string("Timestamp").and_then(|text| {
        let instant = Instant::parse(text);
        if instant.is_none() {
            reader.error_at("Timestamp", "String does not match RFC3339 timestamp");
        }
        instant.map(WaitFor::Timestamp)
    });
    if reader.language() == QueryLanguage::Jsonata {
        return fixed;
    }
    let at = reader.reference_path("TimestampPath").map(WaitFor::TimestampAt);
    fixed.or(at)
}
