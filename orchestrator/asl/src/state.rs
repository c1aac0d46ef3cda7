//! States: what all of them have in common, and one file for each type.

mod choice;
mod data_path;
mod fail;
mod map;
mod parallel;
mod pass;
mod task;
mod transition;
mod wait;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use choice::{Choice, ChoiceBranch, Condition};
pub use data_path::{DataPath, ResultPath};
pub use fail::{Fail, FailText};
pub use map::{ExecutionType, ItemBatcher, ItemReader, Items, Map, MapMode, Processor, ResultWriter};
pub use parallel::Parallel;
pub use pass::Pass;
pub use task::Task;
pub(crate) use transition::Names;
pub use transition::Transition;
pub use wait::{Until, Wait, WaitFor};

use crate::assign::Assign;
use crate::catcher::Catcher;
use crate::machine::{StateIndex, StateMachine};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::template::Template;

/// One state of a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name.
    pub name: Arc<str>,
    /// The language that it is written in.
    pub query_language: QueryLanguage,
    /// What of its input it sees.
    pub input_path: DataPath,
    /// What of its result it passes on.
    pub output_path: DataPath,
    /// In JSONata, what it passes on: of a Choice state, when the default is taken. Its result, if there is none.
    pub output: Option<Template>,
    /// The variables that it sets when it is left: of a Choice state, when the default is taken.
    pub assign: Option<Assign>,
    /// The workflow variables that it refers to, without those of states within it.
    pub variables: BTreeSet<Box<str>>,
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
    /// Several machines at once.
    Parallel(Box<Parallel>),
    /// One machine for each item of a list.
    Map(Box<Map>),
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
            Self::Parallel(_) => "Parallel",
            Self::Map(_) => "Map",
            Self::Succeed => "Succeed",
            Self::Fail(_) => "Fail",
        }
    }
}

impl State {
    /// Where execution may go from here.
    pub fn targets(&self) -> Vec<StateIndex> {
        match &self.kind {
            StateKind::Task(task) => caught_or_next(&task.catch, task.next),
            StateKind::Parallel(parallel) => caught_or_next(&parallel.catch, parallel.next),
            StateKind::Map(map) => caught_or_next(&map.catch, map.next),
            StateKind::Pass(pass) => pass.next.target().into_iter().collect(),
            StateKind::Choice(choice) => {
                choice.branches.iter().map(|branch| branch.next).chain(choice.default).collect()
            }
            StateKind::Wait(wait) => wait.next.target().into_iter().collect(),
            StateKind::Succeed | StateKind::Fail(_) => Vec::new(),
        }
    }

    /// The machines within it: a Parallel state's branches, a Map state's processor.
    pub fn machines(&self) -> Vec<&Arc<StateMachine>> {
        match &self.kind {
            StateKind::Parallel(parallel) => parallel.branches.iter().collect(),
            StateKind::Map(map) => vec![&map.processor.machine],
            StateKind::Task(_)
            | StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed
            | StateKind::Fail(_) => Vec::new(),
        }
    }

    pub(crate) fn read(reader: Reader<'_>, name: Arc<str>, names: &Names) -> Option<Self> {
        reader.take("Comment");
        let query_language = QueryLanguage::of_state(&reader, names.language())?;
        let reader = reader.in_language(query_language);
        let Some(type_name) = reader.string("Type") else {
            if !reader.has("Type") {
                reader.error("These fields are required: [Type]");
            }
            return None;
        };
        let has_data = type_name != "Fail";
        let input_path = if has_data { DataPath::read(&reader, "InputPath") } else { DataPath::Whole };
        let output_path = if has_data { DataPath::read(&reader, "OutputPath") } else { DataPath::Whole };
        let output = if has_data { Template::read_any(&reader, "Output") } else { None };
        let assign = if matches!(type_name, "Fail" | "Succeed") { None } else { Assign::read(&reader) };
        let kind = read_kind(&reader, type_name, names)?;
        reader.finish();
        let variables = reader.variables();
        Some(Self { name, query_language, input_path, output_path, output, assign, variables, kind })
    }
}

fn caught_or_next(catch: &[Catcher], next: Transition) -> Vec<StateIndex> {
    catch.iter().map(|catcher| catcher.next).chain(next.target()).collect()
}

fn read_kind(reader: &Reader<'_>, type_name: &str, names: &Names) -> Option<StateKind> {
    match type_name {
        "Task" => Task::read(reader, names).map(|task| StateKind::Task(Box::new(task))),
        "Pass" => Pass::read(reader, names).map(StateKind::Pass),
        "Choice" => Choice::read(reader, names).map(StateKind::Choice),
        "Wait" => Wait::read(reader, names).map(StateKind::Wait),
        "Parallel" => Parallel::read(reader, names).map(|parallel| StateKind::Parallel(Box::new(parallel))),
        "Map" => Map::read(reader, names).map(|map| StateKind::Map(Box::new(map))),
        "Succeed" => Some(StateKind::Succeed),
        "Fail" => Some(StateKind::Fail(Fail::read(reader))),
        _ => {
            let types = "Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map";
            reader.error_at("Type", &format!("The field 'Type' should have one of these values: [{types}]"));
            None
        }
    }
}
