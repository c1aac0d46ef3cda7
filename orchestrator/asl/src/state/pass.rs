//! Pass: hands on its input, or what is written in it.

use std::sync::Arc;

use serde_json::Value;

use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::state::{Names, ResultPath, Transition};
use crate::template::Template;

/// A Pass state. In JSONata, it has nothing but what every state has.
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
        let is_path = reader.language() == QueryLanguage::JsonPath;
        let parameters = if is_path { Template::read(reader, "Parameters") } else { None };
        let result = if is_path { reader.take("Result").cloned().map(Arc::new) } else { None };
        let result_path = ResultPath::read(reader);
        Some(Self { parameters, result, result_path, next: Transition::read(reader, names)? })
    }
}
