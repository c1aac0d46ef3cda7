//! The commands, one per file.

pub(crate) mod asl;
pub(crate) mod audit;
pub(crate) mod audit_log;
pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod completions;
pub(crate) mod decide;
pub(crate) mod engine;
pub(crate) mod history;
pub(crate) mod ls;
pub(crate) mod parked;
pub(crate) mod restore;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod token;
pub(crate) mod up;
pub(crate) mod verify;
