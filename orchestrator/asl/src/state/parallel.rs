//! Parallel: several machines work on the same input at once, and the result is the list of their outputs.

use std::sync::Arc;

use crate::catcher::Catcher;
use crate::machine::{StateMachine, require};
use crate::reader::Reader;
use crate::recovery::{read_catch, read_retry};
use crate::retrier::Retrier;
use crate::state::{Names, ResultPath, Transition};
use crate::template::Template;

/// A Parallel state.
#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    /// What works at once; at least one.
    pub branches: Vec<Arc<StateMachine>>,
    /// What the branches are given: `Parameters`, or `Arguments` in JSONata; the input, if there is none.
    pub parameters: Option<Template>,
    /// What is made of the list of outputs before it goes anywhere.
    pub result_selector: Option<Template>,
    /// Where the result goes.
    pub result_path: ResultPath,
    /// Tried in this order when a branch failed.
    pub retry: Vec<Retrier>,
    /// Tried in this order when no retrier took the error.
    pub catch: Vec<Catcher>,
    /// Where to go then.
    pub next: Transition,
}

impl Parallel {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        require(reader, &["Branches"]);
        let readers = reader.children("Branches");
        if readers.as_ref().is_some_and(Vec::is_empty) {
            reader.error_at("Branches", "Value cannot be empty");
        }
        let branches = readers.unwrap_or_default();
        let branches = branches.iter().map(|branch| StateMachine::read_nested(branch, names, &[]));
        let branches: Vec<_> = branches.collect();
        let parameters = Template::read_arguments(reader);
        let result_selector = Template::read_result_selector(reader);
        let result_path = ResultPath::read(reader);
        let retry = read_retry(reader);
        let catch = read_catch(reader, names);
        let next = Transition::read(reader, names)?;
        let branches = branches.into_iter().map(|branch| branch.map(Arc::new)).collect::<Option<_>>()?;
        Some(Self { branches, parameters, result_selector, result_path, retry, catch, next })
    }
}
