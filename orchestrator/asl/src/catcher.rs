//! `Catch`: which errors lead to which state, and where in the input the error is put.

use crate::assign::Assign;
use crate::error_name::ErrorName;
use crate::machine::StateIndex;
use crate::reader::Reader;
use crate::state::{Names, ResultPath};
use crate::template::Template;

/// One entry of `Catch`.
#[derive(Debug, Clone, PartialEq)]
pub struct Catcher {
    /// The errors that it is for.
    pub errors: Vec<ErrorName>,
    /// Where the error output goes in the state's input.
    pub result_path: ResultPath,
    /// What is assigned.
    pub assign: Option<Assign>,
    /// What goes on, in JSONata; the error output, if there is none.
    pub output: Option<Template>,
    /// The state that handles them.
    pub next: StateIndex,
}

impl Catcher {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        Some(Self {
            errors: reader.error_names(),
            result_path: ResultPath::read(reader),
            assign: Assign::read(reader),
            output: Template::read_any(reader, "Output"),
            next: names.target(reader, "Next", true)?,
        })
    }
}
