//! Whom an execute is for.

/// Who asks for an execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// An execution, while the saga goes forward.
    Forward,
    /// The relay, for a best-effort step that a committed saga still owes.
    Owed,
}
