//! `ItemProcessor`, or `Iterator` as it once was: the machine that works on an item, and where it runs.

use std::sync::Arc;

use crate::machine::{MachineType, StateMachine};
use crate::reader::Reader;
use crate::state::Names;

/// What works on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Processor {
    /// The states.
    pub machine: Arc<StateMachine>,
    /// Where they run.
    pub mode: MapMode,
    /// Whether it was written as `Iterator`.
    pub is_iterator: bool,
}

/// Where a Map state's items are worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapMode {
    /// In the same execution.
    Inline,
    /// Each in an execution of its own.
    Distributed(ExecutionType),
}

/// The type of a distributed Map's executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionType {
    /// `STANDARD`.
    Standard,
    /// `EXPRESS`.
    Express,
}

impl Processor {
    pub(super) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        reader.exactly_one(&["ItemProcessor", "Iterator"]);
        let is_iterator = reader.has("Iterator") && !reader.has("ItemProcessor");
        if reader.has("ItemProcessor") {
            reader.take("Iterator");
        }
        let inner = reader.child_at(if is_iterator { "Iterator" } else { "ItemProcessor" })?;
        let config = inner.child_at("ProcessorConfig");
        let mode = config.map_or(Some(MapMode::Inline), |config| read_mode(&config, names.machine_type()));
        let machine = StateMachine::read_nested(&inner, names, &["ProcessorConfig"])?;
        Some(Self { machine: Arc::new(machine), mode: mode?, is_iterator })
    }
}

fn read_mode(reader: &Reader<'_>, machine_type: MachineType) -> Option<MapMode> {
    let execution_type = match reader.string("ExecutionType") {
        None | Some("STANDARD") => ExecutionType::Standard,
        Some("EXPRESS") => ExecutionType::Express,
        Some(_) => {
            reader.not_among("ExecutionType", "STANDARD, EXPRESS");
            ExecutionType::Standard
        }
    };
    let mode = match reader.string("Mode") {
        None | Some("INLINE") => {
            if reader.has("ExecutionType") {
                reader.unsupported("ExecutionType");
            }
            Some(MapMode::Inline)
        }
        Some("DISTRIBUTED") => {
            if !reader.has("ExecutionType") {
                reader.error("These fields are required: [ExecutionType]");
            }
            if machine_type == MachineType::Express {
                let refusal = "is not supported inside 'EXPRESS' state machines";
                reader.error_at("Mode", &format!("The field 'Mode' with value 'DISTRIBUTED' {refusal}"));
            }
            Some(MapMode::Distributed(execution_type))
        }
        Some(_) => {
            reader.not_among("Mode", "INLINE, DISTRIBUTED");
            None
        }
    };
    reader.finish();
    mode
}
