//! The context object, `$$`, as something that is asked for a part and seldom built whole.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// What `$$` refers to.
///
/// Almost every path into it names a field of a section, such as `$$.Execution.Name`; answering those without
/// building the object keeps it off the hot path.
pub trait ContextObject {
    /// The field of a section: `("State", "RetryCount")`. `None` if there is none.
    fn field(&self, section: &str, field: &str) -> Option<Cow<'_, Value>>;

    /// The whole object.
    fn whole(&self) -> Value;
}

/// No context object, no variables, no chance and no time.
#[derive(Debug, Clone, Copy)]
pub struct NoContext;

impl ContextObject for NoContext {
    fn field(&self, _: &str, _: &str) -> Option<Cow<'_, Value>> {
        None
    }

    fn whole(&self) -> Value {
        Value::Object(Map::new())
    }
}
