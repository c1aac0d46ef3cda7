//! Numbers of a Map state, written down, found in the data or computed: `ToleratedFailureCount`,
//! `ToleratedFailureCountPath` and their like.

use serde_json::Value;

use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::{Expression, Kind};
use crate::path::Path;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::seconds::{plain, required};

/// A number that may depend on the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    names: QuantityNames,
    source: Source,
}

#[derive(Debug, Clone, PartialEq)]
enum Source {
    Fixed(f64),
    At(Path),
    Query(Expression),
}

/// The fields that a quantity may be in, and what it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuantityNames {
    pub(crate) field: &'static str,
    pub(crate) path_field: &'static str,
    /// Whether it is a share, from 0 to 100, and not a count.
    pub(crate) is_percentage: bool,
    /// The largest count that a definition may have.
    pub(crate) most: u64,
}

impl QuantityNames {
    pub(crate) const fn count(field: &'static str, path_field: &'static str) -> Self {
        Self { field, path_field, is_percentage: false, most: i32::MAX as u64 }
    }

    pub(crate) const fn at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    pub(crate) const fn percentage(field: &'static str, path_field: &'static str) -> Self {
        Self { is_percentage: true, ..Self::count(field, path_field) }
    }
}

impl Quantity {
    /// The number: a whole one that is not negative or, of a percentage, one from 0 to 100.
    ///
    /// # Errors
    /// [`EvaluationError`] if the data or the expression has no such number.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<f64, EvaluationError> {
        match &self.source {
            Source::Fixed(number) => Ok(*number),
            Source::At(path) => {
                let value = required(path, self.names.path_field, states, environment)?;
                let number = self.read_number(&value).ok_or_else(|| self.not_a_number(path, &value))?;
                self.check(number).map_err(EvaluationError::runtime)
            }
            Source::Query(expression) => {
                let value = expression.evaluate_to(Kind::Number, states, environment)?;
                let query = |cause: String| EvaluationError::query(cause, expression.location());
                let number = self.read_number(&value).ok_or_else(|| {
                    let field = expression.location();
                    query(format!(
                        "The {field} field refers to value \"{value}\" which is not a valid integer"
                    ))
                })?;
                self.check(number).map_err(query)
            }
        }
    }

    /// As [`Quantity::evaluate`], of a count.
    ///
    /// # Errors
    /// As for [`Quantity::evaluate`].
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of this kind saturates"
    )]
    pub fn evaluate_count(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<u64, EvaluationError> {
        self.evaluate(states, environment).map(|number| number as u64)
    }

    pub(crate) fn read(reader: &Reader<'_>, names: QuantityNames) -> Option<Self> {
        if reader.has_expression(names.field) {
            let expression = reader.expression(names.field)?;
            return Some(Self { names, source: Source::Query(expression) });
        }
        let fixed = Self::read_fixed(reader, names);
        if reader.language() == QueryLanguage::Jsonata {
            return fixed.map(|number| Self { names, source: Source::Fixed(number) });
        }
        let path = reader.reference_path(names.path_field);
        if path.as_ref().is_some_and(Path::is_in_context) {
            reader.error_at(names.path_field, "Value is not a Reference Path");
        }
        reader.at_most_one(&[names.field, names.path_field]);
        let source = fixed.map(Source::Fixed).or(path.map(Source::At))?;
        Some(Self { names, source })
    }

    fn read_fixed(reader: &Reader<'_>, names: QuantityNames) -> Option<f64> {
        if names.is_percentage {
            return reader.float(names.field, 0.0, 100.0);
        }
        reader.integer(names.field, 0, names.most).map(f64::from)
    }

    fn read_number(&self, value: &Value) -> Option<f64> {
        if self.names.is_percentage {
            return value.as_f64();
        }
        value.as_i64().and_then(|number| i32::try_from(number).ok()).map(f64::from)
    }

    fn not_a_number(&self, path: &Path, value: &Value) -> EvaluationError {
        let kind = if self.names.is_percentage { "float" } else { "integer" };
        let field = self.names.path_field;
        let shown = plain(value);
        EvaluationError::runtime(format!(
            "The {field} field refers to value \"{shown}\" which is not a valid {kind}: {path}"
        ))
    }

    fn check(&self, number: f64) -> Result<f64, String> {
        let field = self.names.field;
        if self.names.is_percentage && !(0.0..=100.0).contains(&number) {
            return Err(format!("{field} must be between 0 and 100."));
        }
        if number < 0.0 {
            return Err(format!("{field} cannot be negative."));
        }
        Ok(number)
    }
}
