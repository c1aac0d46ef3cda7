//! Reading one object of a definition: each field is taken once, what is wrong is noted, and reading goes on.
//!
//! A field that nobody took by the time of [`Reader::finish`] is one that Step Functions does not know.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::error_name::ErrorName;
use crate::path::{Path, PathProblem, ReferencePath};
use crate::seconds::MAX_SECONDS;

/// Everything found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(RefCell<Vec<Diagnostic>>);

impl Findings {
    pub(crate) fn add(&self, code: DiagnosticCode, location: &str, message: String) {
        let location = Some(location.to_owned());
        self.0.borrow_mut().push(Diagnostic { code, location, message });
    }

    /// Whether something was found that makes the definition's transitions unreliable.
    pub(crate) fn has_schema_errors(&self) -> bool {
        self.0.borrow().iter().any(|each| each.code == DiagnosticCode::SchemaValidationFailed)
    }

    pub(crate) fn add_without_location(&self, code: DiagnosticCode, message: String) {
        self.0.borrow_mut().push(Diagnostic { code, location: None, message });
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// Fields that a state has in JSONata only.
const JSONATA_FIELDS: &[&str] = &["Arguments", "Condition", "Items", "Output"];

/// One object of a definition, and where it is.
pub(crate) struct Reader<'a> {
    object: &'a Map<String, Value>,
    location: String,
    findings: &'a Findings,
    taken: RefCell<Vec<&'static str>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(object: &'a Map<String, Value>, location: String, findings: &'a Findings) -> Self {
        Self { object, location, findings, taken: RefCell::default() }
    }

    /// A reader of an object below this one; notes it if the value is no object.
    pub(crate) fn child(&self, value: &'a Value, place: &str) -> Option<Reader<'a>> {
        let location = format!("{}/{place}", self.location.trim_end_matches('/'));
        match value.as_object() {
            Some(object) => Some(Reader::new(object, location, self.findings)),
            None => {
                let message = "Expected value of type Object".to_owned();
                self.findings.add(DiagnosticCode::SchemaValidationFailed, &location, message);
                None
            }
        }
    }

    /// Readers of the objects in an array field; `None` if the field is missing or no array.
    pub(crate) fn children(&self, field: &'static str) -> Option<Vec<Reader<'a>>> {
        let items = self.array(field)?;
        let readers = items.iter().enumerate();
        Some(readers.filter_map(|(index, item)| self.child(item, &format!("{field}[{index}]"))).collect())
    }

    pub(crate) fn take(&self, field: &'static str) -> Option<&'a Value> {
        self.taken.borrow_mut().push(field);
        self.object.get(field)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.object.contains_key(field)
    }

    pub(crate) fn string(&self, field: &'static str) -> Option<&'a str> {
        self.typed(field, "String", Value::as_str)
    }

    pub(crate) fn boolean(&self, field: &'static str) -> Option<bool> {
        self.typed(field, "Boolean", Value::as_bool)
    }

    pub(crate) fn number(&self, field: &'static str) -> Option<f64> {
        self.typed(field, "Number", Value::as_f64)
    }

    pub(crate) fn array(&self, field: &'static str) -> Option<&'a Vec<Value>> {
        self.typed(field, "Array", Value::as_array)
    }

    pub(crate) fn object(&self, field: &'static str) -> Option<&'a Map<String, Value>> {
        self.typed(field, "Object", Value::as_object)
    }

    pub(crate) fn seconds(&self, field: &'static str, least: u64) -> Option<u32> {
        self.integer(field, least, MAX_SECONDS)
    }

    pub(crate) fn integer(&self, field: &'static str, least: u64, most: u64) -> Option<u32> {
        let value = self.take(field)?;
        let number = value.as_u64().filter(|number| (least..=most).contains(number));
        match number.and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Some(number),
            None => {
                self.error_at(field, &format!("Value must be an integer between {least} and {most}"));
                None
            }
        }
    }

    pub(crate) fn path(&self, field: &'static str) -> Option<Path> {
        let text = self.string(field)?;
        match Path::read(text) {
            Ok(path) => return Some(path),
            Err(PathProblem::Intrinsic) => self.not_supported_yet(field, "Intrinsic functions are"),
            Err(PathProblem::Variable) => self.not_supported_yet(field, "Variables are"),
            Err(PathProblem::Invalid) => self.error_at(field, "Value is not a valid JSONPath"),
        }
        None
    }

    /// A path that names one place, in the input or the context object.
    pub(crate) fn reference_path(&self, field: &'static str) -> Option<Path> {
        let path = self.path(field)?;
        if path.is_definite() {
            return Some(path);
        }
        self.error_at(field, "Value is not a Reference Path: it must name one place");
        None
    }

    /// A path that can be written to.
    pub(crate) fn result_path(&self, field: &'static str) -> Option<ReferencePath> {
        let path = self.path(field)?;
        let reference = ReferencePath::from_path(&path);
        if reference.is_none() {
            self.error_at(field, "Value is not a Reference Path: it must name one place in the input");
        }
        reference
    }

    pub(crate) fn error_names(&self) -> Vec<ErrorName> {
        let Some(items) = self.array("ErrorEquals") else {
            if !self.has("ErrorEquals") {
                self.error("These fields are required: [ErrorEquals]");
            }
            return Vec::new();
        };
        if items.is_empty() {
            self.error_at("ErrorEquals", "Value cannot be empty");
        }
        let names = items.iter().map(|item| item.as_str().map(ErrorName::from));
        let Some(names) = names.collect::<Option<Vec<_>>>() else {
            self.error_at("ErrorEquals", "Expected values of type String");
            return Vec::new();
        };
        if names.len() > 1 && names.contains(&ErrorName::All) {
            self.error_at("ErrorEquals", "States.ALL must appear alone");
        }
        names
    }

    pub(crate) fn error(&self, message: &str) {
        self.findings.add(DiagnosticCode::SchemaValidationFailed, &self.location, message.to_owned());
    }

    pub(crate) fn error_at(&self, field: &str, message: &str) {
        self.findings.add(DiagnosticCode::SchemaValidationFailed, &self.below(field), message.to_owned());
    }

    pub(crate) fn missing_target(&self, field: &str, message: String) {
        self.findings.add(DiagnosticCode::MissingTransitionTarget, &self.below(field), message);
    }

    /// Notes the field, if it is there, as one that this engine does not understand yet.
    pub(crate) fn unsupported(&self, field: &'static str, what: &str) {
        if self.take(field).is_some() {
            self.not_supported_yet(field, &format!("{what} is"));
        }
    }

    /// `what` is a noun and its verb: `"Intrinsic functions are"`.
    pub(crate) fn not_supported_yet(&self, field: &str, what: &str) {
        let location = if field.is_empty() { self.location.clone() } else { self.below(field) };
        self.findings.add(DiagnosticCode::NotSupportedYet, &location, format!("{what} not supported yet"));
    }

    /// Notes that the field must have one of these values.
    pub(crate) fn not_among(&self, field: &str, values: &str) {
        self.error_at(field, &format!("The field '{field}' should have one of these values: [{values}]"));
    }

    /// Notes every field that nobody took.
    pub(crate) fn finish(&self) {
        let taken = self.taken.borrow();
        for field in self.object.keys().filter(|field| !taken.contains(&field.as_str())) {
            if JSONATA_FIELDS.contains(&field.as_str()) {
                let only = format!("field '{field}' is only supported for the 'JSONata' QueryLanguage");
                self.error(&format!("The QueryLanguage is set to 'JSONPath', but {only}"));
            } else {
                self.error(&format!("Field '{field}' is not supported"));
            }
        }
    }

    fn below(&self, field: &str) -> String {
        format!("{}/{field}", self.location.trim_end_matches('/'))
    }

    fn typed<T>(&self, field: &'static str, name: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.take(field)?;
        let typed = read(value);
        if typed.is_none() {
            self.error_at(field, &format!("Expected value of type {name}"));
        }
        typed
    }
}
