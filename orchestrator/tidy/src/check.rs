//! A check: one rule, and how to find what breaks it.

use crate::{Finding, Repository};

/// One rule of the repository.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The name of its file, and how `exceptions.toml` refers to it.
    pub name: &'static str,
    /// The rule, as the sentence that a person reads who broke it.
    pub rule: &'static str,
    /// Everything in a repository that breaks the rule.
    pub find: fn(&Repository) -> Vec<Finding>,
}
