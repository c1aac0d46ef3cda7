//! What an exploration says nothing about, for those who read its verdict.

/// Each the end of the sentence "not covered is ...".
pub const NOT_COVERED: &[&str] = &[
    "PostgreSQL",
    "several processes at once on one data directory",
    "the engine's network API, and workers behind it",
    "AWS itself: its Step Functions and its Lambda",
    "pauses and requests that outlast a provider's settle time while it may still act on them",
    "another version of the machine or of a step in the middle of a saga, and repair by a person",
    "executions that outlast their saga's deadline, lookups that are stale, and disks that are full or damaged",
    "what a request says beyond what the books keep of it",
    "more faults in one run than asked for, except by chance",
];
