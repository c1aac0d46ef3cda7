//! From the text of a definition to JSON, with the diagnostics of Step Functions where it is none.
//!
//! Step Functions reads with Jackson and passes its messages on.

use serde_json::Value;

use crate::diagnostic::{DefinitionError, Diagnostic, DiagnosticCode};
use crate::jackson::{self, NotJson};

/// The largest definition that CreateStateMachine takes, in bytes.
const MAX_DEFINITION_BYTES: usize = 1_048_576;

pub(crate) fn read(text: &str) -> Result<Value, DefinitionError> {
    if text.len() > MAX_DEFINITION_BYTES {
        return Err(refuse(
            DiagnosticCode::SchemaValidationFailed,
            None,
            format!("definition must be at most {MAX_DEFINITION_BYTES} bytes, and has {}", text.len()),
        ));
    }
    if text.trim().is_empty() {
        return Err(not_an_object());
    }
    match jackson::read(text) {
        Ok(Value::Object(object)) => Ok(Value::Object(object)),
        Ok(_) => Err(not_an_object()),
        Err(error) => Err(not_json(text, error)),
    }
}

pub(crate) fn not_an_object() -> DefinitionError {
    let message = "Definition must be a valid JSON object".to_owned();
    refuse(DiagnosticCode::SchemaValidationFailed, None, message)
}

fn not_json(text: &str, error: NotJson) -> DefinitionError {
    let NotJson { message, line, column } = error;
    let place = format!("[Source: (String)\"{text}\"; line: {line}, column: {column}]");
    let message = format!("{}\n at {place}", message.unwrap_or_default());
    refuse(DiagnosticCode::InvalidJsonDescription, Some(place), message)
}

fn refuse(code: DiagnosticCode, location: Option<String>, message: String) -> DefinitionError {
    DefinitionError::new(vec![Diagnostic { code, location, message }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, message: &str) {
        let error = read(text).unwrap_err();
        assert_eq!(error.diagnostics()[0].message, message);
    }

    #[test]
    fn what_is_no_json_object_is_refused_in_the_words_of_step_functions() {
        check(" ", "Definition must be a valid JSON object");
        check("[]", "Definition must be a valid JSON object");
        check(
            "not a definition",
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or \
             'false')\n at [Source: (String)\"not a definition\"; line: 1, column: 4]",
        );
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        check(
            "{\"a\": 1,}",
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name\n at [Source: \
             (String)\"{\"a\": 1,}\"; line: 1, column: 10]",
        );
    }

    #[test]
    fn a_definition_past_the_size_limit_is_refused_unread() {
        let text = " ".repeat(MAX_DEFINITION_BYTES + 1);
        assert!(read(&text).unwrap_err().to_string().contains("at most 1048576 bytes"));
    }
}
