//! The Amazon States Language as data: a definition is parsed once into a model that only has to be walked.
//!
//! Paths and payload templates are compiled and every `Next` is resolved to a [`StateIndex`] while parsing, because
//! evaluation is a hot path and parsing is not. Nothing here does I/O, reads a clock or draws a random number: time,
//! chance, variables and the context object come in through [`Environment`], and a state's data through [`States`].
//!
//! Both query languages are read into the same model. A field that either may have, such as what a task is called
//! with, is a [`Template`]; evaluating it gives a value or an [`EvaluationError`], which has the error name and the words
//! of Step Functions.

mod assign;
mod catcher;
mod diagnostic;
mod digest;
mod environment;
mod error_name;
mod evaluation_error;
mod findings;
mod graph;
mod intrinsic;
pub mod jackson;
mod json_text;
mod jsonata;
mod machine;
mod path;
mod quantity;
mod query_language;
mod reader;
mod recovery;
mod resource;
mod retrier;
mod rule;
mod seconds;
mod selector;
mod single_state;
mod size;
mod state;
mod template;
mod timestamp;
mod variables;

pub use assign::Assign;
pub use catcher::Catcher;
pub use diagnostic::{DefinitionError, Diagnostic, DiagnosticCode};
pub use environment::{Chance, Environment, States};
pub use error_name::ErrorName;
pub use evaluation_error::EvaluationError;
pub use intrinsic::Intrinsic;
pub use jsonata::{Expression, Kind};
pub use machine::{MachineType, StateIndex, StateMachine};
pub use path::{ContextObject, Mismatch, NoContext, NoMatch, NotAPath, Path, ReferencePath};
pub use quantity::Quantity;
pub use query_language::QueryLanguage;
pub use resource::{Integration, Pattern, Resource};
pub use retrier::{Jitter, Retrier};
pub use rule::{Rule, RuleError};
pub use seconds::Seconds;
pub use selector::Selector;
pub use state::{
    Choice, ChoiceBranch, Condition, DataPath, ExecutionType, Fail, FailText, ItemBatcher, ItemReader, Items,
    Map, MapMode, Parallel, Pass, Processor, ResultPath, ResultWriter, State, StateKind, Task, Transition,
    Until, Wait, WaitFor,
};
pub use template::Template;
pub use timestamp::Instant;
pub use variables::{MAX_ASSIGN_BYTES, MAX_VARIABLES_BYTES, TooLarge, Variables};
