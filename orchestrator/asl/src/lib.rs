//! The Amazon States Language as data: a definition is parsed once into a model that only has to be walked.
//!
//! Paths and payload templates are compiled and every `Next` is resolved to a [`StateIndex`] while parsing, because
//! evaluation is a hot path and parsing is not. Nothing here does I/O, reads a clock or draws a random number.
//! Whatever is not understood yet (Parallel, Map, JSONata, variables, intrinsic functions) is refused by
//! [`StateMachine::parse`] with [`DiagnosticCode::NotSupportedYet`]; it is never read as something else.

mod catcher;
mod diagnostic;
mod error_name;
mod graph;
mod json_text;
mod machine;
mod path;
mod query_language;
mod reader;
mod resource;
mod retrier;
mod rule;
mod seconds;
mod state;
mod template;
mod timestamp;

pub use catcher::Catcher;
pub use diagnostic::{DefinitionError, Diagnostic, DiagnosticCode};
pub use error_name::ErrorName;
pub use machine::{StateIndex, StateMachine};
pub use path::{ContextObject, Mismatch, NoContext, NoMatch, NotAPath, Path, ReferencePath};
pub use resource::{Integration, Pattern, Resource};
pub use retrier::{Jitter, Retrier};
pub use rule::{Rule, RuleError};
pub use seconds::Seconds;
pub use state::{
    Choice, ChoiceBranch, DataPath, Fail, FailText, Pass, ResultPath, State, StateKind, Task, Transition,
    Wait, WaitFor,
};
pub use template::{Template, TemplateError};
pub use timestamp::Instant;
