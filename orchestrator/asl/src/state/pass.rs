//! Pass: hands on its input, or what is written in it.

use std::sync::Arc;

use serde_json::Value;

use crate::reader::Reader;
use crate::state::{Names, ResultPath, Transition};
use crate::template::Template;

/// A Pass state.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// What is made of the input; the input itself, if there is none.
    pub parameters: Option<Template>,
    /// Taken for the result as it stands, instead.
    pub result: Option<Arc<Value>>,
    /// Where the result goes.
    pub result_path: ResultPath,
    /// Where to go then.
    pub next: Transition,
}

impl Pass {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        Some(Self {
            parameters: Template::read(reader, "Parameters"),
            result: reader.take("Result").cloned().map(Arc::new),
            result_path: ResultPath::read(reader),
            next: Transition::read(reader, names)?,
        })
    }
}
