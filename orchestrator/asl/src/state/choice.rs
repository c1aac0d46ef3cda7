//! Choice: the first rule that holds says where to go.

use crate::machine::{StateIndex, require};
use crate::reader::Reader;
use crate::rule::Rule;
use crate::state::Names;

/// A Choice state.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Tried in this order.
    pub branches: Vec<ChoiceBranch>,
    /// Where to go if none holds.
    pub default: Option<StateIndex>,
}

/// One entry of `Choices`.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceBranch {
    /// What must hold.
    pub rule: Rule,
    /// Where to go then.
    pub next: StateIndex,
}

impl Choice {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        require(reader, &["Choices"]);
        let branches = reader.children("Choices").unwrap_or_default();
        if reader.has("Choices") && branches.is_empty() {
            reader.error_at("Choices", "Value cannot be empty");
        }
        let default = names.target(reader, "Default", false);
        let read: Vec<_> = branches.iter().map(|branch| ChoiceBranch::read(branch, names)).collect();
        Some(Self { branches: read.into_iter().collect::<Option<_>>()?, default })
    }
}

impl ChoiceBranch {
    fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        reader.take("Comment");
        reader.unsupported("Assign", "'Assign'");
        let next = names.target(reader, "Next", true);
        let rule = Rule::read(reader);
        reader.finish();
        Some(Self { rule: rule?, next: next? })
    }
}
