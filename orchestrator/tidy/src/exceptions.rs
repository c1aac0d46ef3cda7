//! What may break a rule for now, and why.
//!
//! The list is held against the repository in both directions: an exception that nothing needs any more is an error,
//! so that the list only ever says what is true.

use crate::{Check, Finding};

/// The list of exceptions, as `exceptions.toml` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exceptions {
    list: Vec<Exception>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    check: String,
    path: String,
    subject: Option<String>,
}

/// The list cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("unusable list of exceptions: {0}")]
pub struct ExceptionsError(String);

impl Exceptions {
    /// Reads the list.
    ///
    /// # Errors
    /// An entry has other keys than `check`, `path`, `subject` and `reason`, lacks one of them (only `subject` may be
    /// missing), or names a check that is not one of `checks`.
    pub fn parse(text: &str, checks: &[Check]) -> Result<Self, ExceptionsError> {
        let table: toml::Table = text.parse().map_err(|error| ExceptionsError(format!("{error}")))?;
        let mut list = Vec::new();
        for (key, value) in &table {
            let entries = value.as_array().filter(|_| key == "exception");
            let entries = entries.ok_or_else(|| ExceptionsError(format!("{key} is not [[exception]]")))?;
            for entry in entries {
                list.push(Exception::from_toml(entry, checks)?);
            }
        }
        Ok(Self { list })
    }

    /// What is left of the findings of `check`, with every exception to it that excused nothing.
    pub fn apply(&self, check: &Check, findings: Vec<Finding>) -> Vec<Finding> {
        let mine: Vec<&Exception> = self.list.iter().filter(|entry| entry.check == check.name).collect();
        let unused = mine.iter().filter(|entry| !findings.iter().any(|finding| entry.excuses(finding)));
        let unused = unused.map(|entry| {
            let subject = entry.subject.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
            Finding::file(&entry.path, format!("is an exception{subject} that nothing needs any more"))
        });
        let unused: Vec<Finding> = unused.collect();
        let left = findings.into_iter().filter(|finding| !mine.iter().any(|entry| entry.excuses(finding)));
        left.chain(unused).collect()
    }
}

impl Exception {
    fn from_toml(entry: &toml::Value, checks: &[Check]) -> Result<Self, ExceptionsError> {
        let table = entry.as_table().ok_or_else(|| ExceptionsError("an entry is no table".to_owned()))?;
        let known = ["check", "path", "subject", "reason"];
        if let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(ExceptionsError(format!("unknown key {key}")));
        }
        let text = |key: &str| {
            let value = table.get(key).and_then(toml::Value::as_str).filter(|value| !value.trim().is_empty());
            value.map(str::to_owned).ok_or_else(|| ExceptionsError(format!("no {key} in {table}")))
        };
        let check = text("check")?;
        if !checks.iter().any(|known| known.name == check) {
            return Err(ExceptionsError(format!("there is no check {check}")));
        }
        text("reason")?;
        let subject = if table.contains_key("subject") { Some(text("subject")?) } else { None };
        Ok(Self { check, path: text("path")?, subject })
    }

    fn excuses(&self, finding: &Finding) -> bool {
        self.path == finding.path && self.subject == finding.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Check = Check { name: "rule", rule: "", find: |_| Vec::new() };
    const LISTED: &str = "[[exception]]\ncheck = 'rule'\npath = 'a.rs'\nsubject = 'f'\nreason = 'because'\n";

    #[test]
    fn an_exception_excuses_its_own_finding_only() {
        let exceptions = Exceptions::parse(LISTED, &[RULE]).unwrap();
        let excused = Finding::line("a.rs", 3, "is long").about("f");
        let other = Finding::line("a.rs", 9, "is long").about("g");
        assert_eq!(exceptions.apply(&RULE, vec![excused, other.clone()]), [other]);
    }

    #[test]
    fn an_exception_that_excuses_nothing_is_found() {
        let found = Exceptions::parse(LISTED, &[RULE]).unwrap().apply(&RULE, Vec::new());
        assert_eq!(found[0].to_string(), "a.rs: is an exception (f) that nothing needs any more");
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_check() {
        let refused = |text: &str| Exceptions::parse(text, &[RULE]).unwrap_err().to_string();
        assert!(refused(&LISTED.replace("because", " ")).contains("no reason"));
        assert!(refused(&LISTED.replace("'rule'", "'ruler'")).contains("there is no check ruler"));
        assert!(refused(&LISTED.replace("subject", "subjekt")).contains("unknown key subjekt"));
    }
}
