//! What is found wrong with a definition, and what must be known of all of it to find it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, DiagnosticCode};

/// Everything found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    diagnostics: RefCell<Vec<Diagnostic>>,
    /// The names of states, of however nested ones.
    names: RefCell<BTreeSet<Box<str>>>,
    /// The labels of Map states.
    labels: RefCell<BTreeSet<Box<str>>>,
}

impl Findings {
    pub(crate) fn add(&self, code: DiagnosticCode, location: &str, message: String) {
        let location = Some(location.to_owned());
        self.diagnostics.borrow_mut().push(Diagnostic { code, location, message });
    }

    /// Whether something was found that makes the definition's transitions unreliable.
    pub(crate) fn has_schema_errors(&self) -> bool {
        self.diagnostics.borrow().iter().any(|each| each.code == DiagnosticCode::SchemaValidationFailed)
    }

    /// Notes the name of a state; a name is one state's in the whole state machine (Amazon States Language, "States").
    pub(crate) fn name(&self, name: &str, location: &str) {
        if !self.names.borrow_mut().insert(name.into()) {
            let message = format!("Duplicate State name: {name}");
            self.add(DiagnosticCode::DuplicateStateName, location, message);
        }
    }

    /// Notes the label of a Map state, which no other may have.
    pub(crate) fn label(&self, label: &str, location: &str) {
        if !self.labels.borrow_mut().insert(label.into()) {
            let message = format!("Duplicate Label name: {label}");
            self.add(DiagnosticCode::DuplicateLabelName, location, message);
        }
    }

    pub(crate) fn add_without_location(&self, code: DiagnosticCode, message: String) {
        self.diagnostics.borrow_mut().push(Diagnostic { code, location: None, message });
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }
}
