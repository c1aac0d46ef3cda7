//! Reading one object of a definition: each field is taken once, what is wrong is noted, and reading goes on.
//!
//! A field that nobody took by the time of [`Reader::finish`] is one that Step Functions does not know.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::diagnostic::DiagnosticCode;
use crate::error_name::ErrorName;
use crate::findings::Findings;
use crate::jsonata::{Expression, Problem};
use crate::path::{Path, ReferencePath};
use crate::query_language::{JSONATA_FIELDS, JSONPATH_FIELDS, QueryLanguage};
use crate::seconds::MAX_SECONDS;
use crate::selector::Selector;

/// Where the wildcard of error names may be.
pub(crate) const WILDCARD_PLACE: &str = "States.ALL must appear alone and at end of list";

/// One object of a definition, and where it is.
pub(crate) struct Reader<'a> {
    object: &'a Map<String, Value>,
    location: String,
    /// Where it is in its state: `Catch[1]`. Empty for the state itself.
    place: String,
    language: QueryLanguage,
    findings: &'a Findings,
    taken: RefCell<Vec<&'static str>>,
    /// The workflow variables that the state which this is a part of refers to.
    variables: Rc<RefCell<BTreeSet<Box<str>>>>,
}

impl<'a> Reader<'a> {
    /// A reader of a whole definition.
    pub(crate) fn new(object: &'a Map<String, Value>, location: String, findings: &'a Findings) -> Self {
        Self {
            object,
            location,
            place: String::new(),
            language: QueryLanguage::JsonPath,
            findings,
            taken: RefCell::default(),
            variables: Rc::default(),
        }
    }

    /// A reader of an object below this one; notes it if the value is no object.
    pub(crate) fn child(&self, value: &'a Value, place: &str) -> Option<Reader<'a>> {
        let location = self.below(place);
        let Some(object) = value.as_object() else {
            let message = "Expected value of type Object".to_owned();
            self.findings.add(DiagnosticCode::SchemaValidationFailed, &location, message);
            return None;
        };
        Some(Reader {
            place: self.place_of(place),
            language: self.language,
            variables: Rc::clone(&self.variables),
            ..Reader::new(object, location, self.findings)
        })
    }

    /// A reader of a state below this one, whose language and variables are its own.
    pub(crate) fn child_state(&self, value: &'a Value, place: &str) -> Option<Reader<'a>> {
        self.child(value, place).map(|child| Reader {
            place: String::new(),
            variables: Rc::default(),
            ..child
        })
    }

    /// This reader, in another language.
    pub(crate) fn in_language(self, language: QueryLanguage) -> Self {
        Self { language, ..self }
    }

    /// The language of the state, or of the machine.
    pub(crate) fn language(&self) -> QueryLanguage {
        self.language
    }

    /// A reader of the object in that field; `None` if it is missing or no object.
    pub(crate) fn child_at(&self, field: &'static str) -> Option<Reader<'a>> {
        self.take(field).and_then(|value| self.child(value, field))
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

    /// A number that may have a fraction, within these bounds.
    pub(crate) fn float(&self, field: &'static str, least: f64, most: f64) -> Option<f64> {
        let number = self.typed(field, "Float", Value::as_f64)?;
        if number < least {
            self.error_at(field, &format!("Minimum value is {least:?}"));
        } else if number > most {
            self.error_at(field, &format!("Maximum value is {most:?}"));
        }
        Some(number)
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
        let number = self.typed(field, "Integer", integer)?;
        if number < i128::from(least) {
            self.error_at(field, &format!("Minimum value is {least}"));
        } else if number > i128::from(most) {
            self.error_at(field, &format!("Maximum value is {most}"));
        }
        u32::try_from(number).ok().filter(|number| (least..=most).contains(&u64::from(*number)))
    }

    /// Notes it if more than one of these fields is there.
    pub(crate) fn at_most_one(&self, fields: &[&str]) {
        if fields.iter().filter(|field| self.has(field)).count() > 1 {
            let fields = fields.join(", ");
            self.error(&format!("There should only be one of the following fields: [{fields}]"));
        }
    }

    /// Notes it if none of these fields is there, or more than one.
    pub(crate) fn exactly_one(&self, fields: &[&str]) {
        if fields.iter().any(|field| self.has(field)) {
            self.at_most_one(fields);
        } else {
            let fields = fields.join(", ");
            self.error(&format!("This object should have only one of the following fields: [{fields}]"));
        }
    }

    pub(crate) fn path(&self, field: &'static str) -> Option<Path> {
        let path: Option<Path> = self.string(field)?.parse().ok();
        match &path {
            Some(path) => self.note_variables(path.variable()),
            None => self.error_at(field, "Value must be a valid JSONPath."),
        }
        path
    }

    /// A path of a Choice rule.
    pub(crate) fn rule_path(&self, field: &'static str) -> Option<Path> {
        let text = self.string(field)?;
        let path: Option<Path> = text.parse().ok();
        match &path {
            Some(path) => self.note_variables(path.variable()),
            None if text.starts_with('$') => self.error_at(field, "Value is not a Reference Path"),
            None => {
                let problem = "Reference path didn't start with '$'";
                self.error_at(field, &format!("Value is not a Reference Path: {problem}"));
            }
        }
        path
    }

    /// A path that names one place, or the call of an intrinsic function.
    pub(crate) fn selector(&self, field: &'static str) -> Option<Selector> {
        let text = self.string(field)?;
        if !text.starts_with("States.") {
            return self.reference_path(field).map(Selector::Path);
        }
        let selector = Selector::read(text);
        match &selector {
            Some(selector) => self.note_variables(selector.variables()),
            None => self.error_at(field, "Value is not a valid intrinsic function call"),
        }
        selector
    }

    /// Notes that the state refers to these workflow variables.
    pub(crate) fn note_variables<'n>(&self, names: impl IntoIterator<Item = &'n str>) {
        self.variables.borrow_mut().extend(names.into_iter().map(Box::from));
    }

    /// The workflow variables that have been noted.
    pub(crate) fn variables(&self) -> BTreeSet<Box<str>> {
        self.variables.borrow().clone()
    }

    /// A path that names one place, in the input or the context object.
    pub(crate) fn reference_path(&self, field: &'static str) -> Option<Path> {
        let path = self.path(field)?;
        if path.is_definite() {
            return Some(path);
        }
        self.error_at(field, "Value is not a Reference Path");
        None
    }

    /// A path that can be written to.
    pub(crate) fn result_path(&self, field: &'static str) -> Option<ReferencePath> {
        let path = self.path(field)?;
        let reference = ReferencePath::from_path(&path);
        if reference.is_none() {
            self.error_at(field, "Value is not a Reference Path");
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
            self.wrong_type("ErrorEquals", "String");
            return Vec::new();
        };
        if names.len() > 1 && names.contains(&ErrorName::All) {
            self.error_at("ErrorEquals", WILDCARD_PLACE);
        }
        names
    }

    /// Notes the name of a state of this machine, which no other state may have.
    pub(crate) fn name_state(&self, name: &str) {
        self.findings.name(name, &self.below(&format!("States/{name}")));
    }

    /// Notes the label of this Map state, which no other may have.
    pub(crate) fn name_label(&self, label: &str) {
        self.findings.label(label, &self.below("Label"));
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

    /// The expression in the field, if it holds one.
    pub(crate) fn expression(&self, field: &'static str) -> Option<Expression> {
        if self.language == QueryLanguage::JsonPath {
            return None;
        }
        let source = Expression::source_of(self.object.get(field)?.as_str()?)?;
        self.take(field);
        self.expression_in(field, source)
    }

    /// Whether the field holds an expression.
    pub(crate) fn has_expression(&self, field: &str) -> bool {
        let text = self.object.get(field).and_then(Value::as_str);
        self.language == QueryLanguage::Jsonata
            && text.is_some_and(|text| Expression::source_of(text).is_some())
    }

    /// Whether it begins as an expression and does not end as one.
    pub(crate) fn is_open_expression(&self, value: &Value) -> bool {
        let is_open = |text: &str| text.starts_with("{%") && Expression::source_of(text).is_none();
        self.language == QueryLanguage::Jsonata && value.as_str().is_some_and(is_open)
    }

    /// Notes that what is at `at` is such a text.
    pub(crate) fn open_expression(&self, at: &str) {
        self.error_at(at, "JSONata string must start with {% and end with %}");
    }

    /// Parses an expression that is at `at`; notes what is wrong with it.
    pub(crate) fn expression_in(&self, at: &str, source: &str) -> Option<Expression> {
        let in_catcher = self.place.starts_with("Catch[");
        let location = self.below(at);
        match Expression::parse(source, &self.place_of(at), in_catcher) {
            Ok(expression) => {
                self.note_variables(expression.variables());
                return Some(expression);
            }
            Err(Problem::Invalid(message)) => {
                self.findings.add(DiagnosticCode::InvalidJsonataExpression, &location, message);
            }
            Err(Problem::Unsupported(messages)) => {
                for message in messages {
                    self.findings.add(DiagnosticCode::UnsupportedJsonataExpression, &location, message);
                }
            }
        }
        None
    }

    /// Notes that the field has a value of a wrong type.
    pub(crate) fn wrong_type(&self, field: &str, expected: &str) {
        self.error_at(field, &format!("Expected value of type {expected}"));
    }

    /// Whether something was found, anywhere, that makes the definition's transitions unreliable.
    pub(crate) fn has_schema_errors(&self) -> bool {
        self.findings.has_schema_errors()
    }

    /// Notes that the machine cannot end; Step Functions does not say where.
    pub(crate) fn missing_end(&self, message: String) {
        self.findings.add_without_location(DiagnosticCode::MissingEndState, message);
    }

    /// Notes that the field must have one of these values.
    pub(crate) fn not_among(&self, field: &str, values: &str) {
        self.error_at(field, &format!("Value should be one of the following: [{values}]"));
    }

    /// Notes that the field is not supported here.
    pub(crate) fn unsupported(&self, field: &str) {
        self.error(&format!("Field '{field}' is not supported"));
    }

    /// Notes a fault of another kind than that a schema does not allow it.
    pub(crate) fn fault(&self, code: DiagnosticCode, field: &str, message: String) {
        self.findings.add(code, &self.below(field), message);
    }

    /// Notes every field that nobody took.
    pub(crate) fn finish(&self) {
        let taken = self.taken.borrow();
        let (own, other, foreign) = match self.language {
            QueryLanguage::JsonPath => (QueryLanguage::JsonPath, QueryLanguage::Jsonata, JSONATA_FIELDS),
            QueryLanguage::Jsonata => (QueryLanguage::Jsonata, QueryLanguage::JsonPath, JSONPATH_FIELDS),
        };
        for field in self.object.keys().filter(|field| !taken.contains(&field.as_str())) {
            if foreign.contains(&field.as_str()) {
                let only =
                    format!("field '{field}' is only supported for the '{}' QueryLanguage", other.as_str());
                self.error(&format!("The QueryLanguage is set to '{}', but {only}", own.as_str()));
            } else {
                self.unsupported(field);
            }
        }
    }

    fn place_of(&self, below: &str) -> String {
        if self.place.is_empty() { below.to_owned() } else { format!("{}/{below}", self.place) }
    }

    fn below(&self, field: &str) -> String {
        // The whole definition is at "/". A state's name is taken as it stands, and may end in a slash as well.
        let above = if self.location == "/" { "" } else { &self.location };
        format!("{above}/{field}")
    }

    fn typed<T>(&self, field: &'static str, name: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.take(field)?;
        if self.is_open_expression(value) {
            self.open_expression(field);
            return None;
        }
        let typed = read(value);
        if typed.is_none() {
            self.wrong_type(field, name);
        }
        typed
    }
}

/// Whole numbers, of whatever size and however written.
fn integer(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or(value.as_u64().map(i128::from))
}
