//! The commands, one per file.

pub(crate) mod asl;
pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod completions;
pub(crate) mod history;
pub(crate) mod ls;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod verify;
