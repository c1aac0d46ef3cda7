//! What an exploration says nothing about, for those who read its verdict.

/// Each the end of the sentence "not covered is ...".
pub const NOT_COVERED: &[&str] = &[
    "PostgreSQL: what several coordinators do to each other is tried on the store in memory, one transaction at a time",
    "several processes at once on one data directory",
    "recovery of a store from a backup",
    "how an engine is found to be lost, and more than two engines on one store",
    "repairs of more than one step or of a notice, of sagas by the dozen, and those that end in a stop, a pruning or an \
     erasure",
    "the engine's network API, the order service's, and workers behind them",
    "AWS itself: its Step Functions and its Lambda",
    "pauses and requests that outlast a provider's settle time while it may still act on them",
    "another version of the machine or of a step in the middle of a saga, or between a saga and its repair",
    "lookups that are stale, and disks that are full or damaged",
    "what a request says beyond what the books keep of it",
    "more faults in one run than asked for, except by chance",
];
