//! What an exploration says nothing about, for those who read its verdict.

/// Each the end of the sentence "not covered is ...".
pub const NOT_COVERED: &[&str] = &[
    "PostgreSQL",
    "several processes at once on one data directory",
    "the engine's network API, and workers behind it",
    "AWS itself: its Step Functions and its Lambda",
    "pauses and requests that outlast a provider's settle time while it may still act on them",
    "more faults in one run than asked for, except by chance",
];
