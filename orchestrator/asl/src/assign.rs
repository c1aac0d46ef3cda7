//! `Assign`: workflow variables that a state sets when it is left.
//!
//! All values are computed before any variable changes, so one assignment cannot see another of the same state.

use serde_json::{Map, Value};

use crate::diagnostic::DiagnosticCode;
use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::template::Template;

/// The longest name of a variable, in characters.
const MAX_NAME_CHARS: usize = 80;

/// The variables that a state, a choice or a catcher sets.
///
/// In JSONPath, `$` is here what the state's work came to: the result as it was before `ResultPath` and `OutputPath`,
/// the input of a state that has none, and in a catcher the error output. In JSONata, `$states.input` is the state's
/// input, and `$states.result` and `$states.errorOutput` are what their names say.
#[derive(Debug, Clone, PartialEq)]
pub struct Assign(Template);

impl Assign {
    /// The new values, by name.
    ///
    /// # Errors
    /// [`EvaluationError`] if one of them cannot be computed; then none is to be set.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<Map<String, Value>, EvaluationError> {
        match self.0.evaluate(states, environment)? {
            Value::Object(values) => Ok(values),
            other => Err(EvaluationError::runtime(format!("Assign must be an object, and is {other}"))),
        }
    }

    /// `None` if there is none, or an empty one.
    pub(crate) fn read(reader: &Reader<'_>) -> Option<Self> {
        let names = reader.object("Assign")?;
        for name in names.keys() {
            let plain = match reader.language() {
                QueryLanguage::JsonPath => name.strip_suffix(".$").unwrap_or(name),
                QueryLanguage::Jsonata => name,
            };
            if let Some((code, message)) = refuse_name(plain) {
                reader.fault(code, &format!("Assign/{name}"), message);
            }
        }
        let template = Template::read(reader, "Assign");
        template.filter(|_| !names.is_empty()).map(Self)
    }
}

/// A name is a letter or an underscore, then letters, digits and underscores; `states` is taken.
fn refuse_name(name: &str) -> Option<(DiagnosticCode, String)> {
    if name == "states" {
        let message = "Cannot assign to reserved variable '$states'.".to_owned();
        return Some((DiagnosticCode::ReservedVariableName, message));
    }
    let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let problem = if !starts_well || name.contains(|c: char| !c.is_alphanumeric() && c != '_') {
        "the variable name contains invalid characters."
    } else if name.chars().count() > MAX_NAME_CHARS {
        "the variable name is longer than 80 characters."
    } else {
        return None;
    };
    Some((DiagnosticCode::InvalidVariableName, format!("Invalid variable name '{name}': {problem}")))
}
