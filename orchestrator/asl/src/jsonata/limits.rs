//! What an evaluation may use, and what is said when it is too much.

use jsonata_core::evaluator::EvaluatorOptions;

/// How deep an evaluation may nest: a hundred terms of a sum, as on Step Functions, where one more is refused. This
/// evaluator counts one level less than that of Step Functions, which says that its maximum is 100.
const MAX_DEPTH: usize = 99;
/// How many items a list may get while evaluating. Measured on Step Functions.
pub(super) const MAX_ITEMS: usize = 873_782;
/// How long a text may get while evaluating, in bytes: about what the longest list takes on Step Functions.
pub(super) const MAX_TEXT: usize = 1 << 24;
/// How many values a value may consist of, those that are in it several times counted each time.
pub(super) const MAX_NODES: usize = 1 << 22;
/// How much a result may take, in bytes. No state passes on as much, but parts of an expression's result may be dropped.
pub(super) const MAX_RESULT: usize = 1 << 28;
/// How much an evaluation may keep, in bytes. It never gets anything back, so this is more than it may have at a time.
pub(super) const MAX_KEPT: usize = 1 << 30;
/// What a value takes in a list.
pub(super) const NODE_BYTES: usize = 32;
/// What an object takes that a function makes, such as a match.
pub(super) const OBJECT_BYTES: usize = 640;
/// What a list or an object takes for each of its parts when it is made.
pub(super) const PART_BYTES: usize = 128;
/// Endless recursion in tail position neither nests nor grows; only time ends it. Step Functions allows a second. This
/// is longer, because it must never end an evaluation that a slower machine would have finished: what depends on
/// the clock cannot be repeated.
const MAX_MILLIS: u64 = 5_000;

/// How deep an evaluation may nest that explains why an expression has failed: it nests several times as deep.
const MAX_EXPLAINED_DEPTH: usize = 20 * MAX_DEPTH;

/// Measured on Step Functions.
pub(super) const MEMORY_EXCEEDED: &str =
    "Expression evaluation memory limit exceeded: Check for excessive memory usage";
/// Measured on Step Functions.
pub(super) const STACK_OVERFLOW: &str = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
/// By analogy: the text that the test suite of jsonata-js has beside that of the stack.
pub(super) const TIMEOUT: &str = "Expression evaluation timeout: Check for infinite loop";

pub(super) fn options() -> EvaluatorOptions {
    EvaluatorOptions {
        timeout_ms: Some(MAX_MILLIS),
        max_stack_depth: Some(MAX_DEPTH),
        max_sequence_length: Some(MAX_ITEMS),
        cancel: None,
    }
}

pub(super) fn explaining_options() -> EvaluatorOptions {
    EvaluatorOptions { max_stack_depth: Some(MAX_EXPLAINED_DEPTH), ..options() }
}
