//! What is known of the language's functions.

/// Functions that keep nothing of what the function that they are given returns, or only the last of it.
pub(super) const FORGETFUL: &[&str] = &["filter", "reduce", "sift", "single", "sort"];

/// Functions that are ours, and not the evaluator's.
pub(super) const ADDED: &[&str] =
    &["hash", "millis", "now", "parse", "partition", "random", "range", "shuffle", "uuid"];

/// Functions of the language whose result may take much; calls of others are the expression's own functions.
pub(super) const LARGE: &[&str] = &[
    "append",
    "base64decode",
    "base64encode",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "filter",
    "formatInteger",
    "formatNumber",
    "join",
    "keys",
    "lookup",
    "lowercase",
    "map",
    "match",
    "merge",
    "pad",
    "parse",
    "partition",
    "range",
    "reduce",
    "replace",
    "reverse",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "trim",
    "uppercase",
    "zip",
];
