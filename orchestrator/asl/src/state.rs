//! States: what all of them have in common, and one file for each type.

mod choice;
mod data_path;
mod fail;
mod pass;
mod task;
mod transition;
mod wait;

use std::sync::Arc;

pub use choice::{Choice, ChoiceBranch};
pub use data_path::{DataPath, ResultPath};
pub use fail::{Fail, FailText};
pub use pass::Pass;
pub use task::Task;
pub(crate) use transition::Names;
pub use transition::Transition;
pub use wait::{Wait, WaitFor};

use crate::machine::StateIndex;
use crate::query_language;
use crate::reader::Reader;

/// One state of a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name.
    pub name: Arc<str>,
    /// What of its input it sees.
    pub input_path: DataPath,
    /// What of its result it passes on.
    pub output_path: DataPath,
    /// What it does.
    pub kind: StateKind,
}

/// The types of state.
#[derive(Debug, Clone, PartialEq)]
pub enum StateKind {
    /// Has work done.
    Task(Box<Task>),
    /// Passes data on, changed or not.
    Pass(Pass),
    /// Decides where to go.
    Choice(Choice),
    /// Waits for a time.
    Wait(Wait),
    /// Ends the execution well.
    Succeed,
    /// Ends the execution as failed.
    Fail(Fail),
}

impl StateKind {
    /// The `Type` of the state, as history events are named after it.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Task(_) => "Task",
            Self::Pass(_) => "Pass",
            Self::Choice(_) => "Choice",
            Self::Wait(_) => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail(_) => "Fail",
        }
    }
}

impl State {
    /// Where execution may go from here.
    pub fn targets(&self) -> Vec<StateIndex> {
        match &self.kind {
            StateKind::Task(task) => {
                let caught = task.catch.iter().map(|catcher| catcher.next);
                caught.chain(task.next.target()).collect()
            }
            StateKind::Pass(pass) => pass.next.target().into_iter().collect(),
            StateKind::Choice(choice) => {
                choice.branches.iter().map(|branch| branch.next).chain(choice.default).collect()
            }
            StateKind::Wait(wait) => wait.next.target().into_iter().collect(),
            StateKind::Succeed | StateKind::Fail(_) => Vec::new(),
        }
    }

    pub(crate) fn read(reader: &Reader<'_>, name: Arc<str>, names: &Names, in_jsonata: bool) -> Option<Self> {
        reader.take("Comment");
        let Some(type_name) = reader.string("Type") else {
            if !reader.has("Type") {
                reader.error("These fields are required: [Type]");
            }
            return None;
        };
        if query_language::is_jsonata(reader) || in_jsonata {
            return None;
        }
        reader.unsupported("Assign", "'Assign'");
        let has_data = type_name != "Fail";
        let state = Self {
            name,
            input_path: if has_data { DataPath::read(reader, "InputPath") } else { DataPath::Whole },
            output_path: if has_data { DataPath::read(reader, "OutputPath") } else { DataPath::Whole },
            kind: read_kind(reader, type_name, names)?,
        };
        reader.finish();
        Some(state)
    }
}

fn read_kind(reader: &Reader<'_>, type_name: &str, names: &Names) -> Option<StateKind> {
    match type_name {
        "Task" => Task::read(reader, names).map(|task| StateKind::Task(Box::new(task))),
        "Pass" => Pass::read(reader, names).map(StateKind::Pass),
        "Choice" => Choice::read(reader, names).map(StateKind::Choice),
        "Wait" => Wait::read(reader, names).map(StateKind::Wait),
        "Succeed" => Some(StateKind::Succeed),
        "Fail" => Some(StateKind::Fail(Fail::read(reader))),
        "Parallel" | "Map" => {
            reader.not_supported_yet("", &format!("State type '{type_name}' is"));
            None
        }
        _ => {
            reader.not_among("Type", "Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map");
            None
        }
    }
}
