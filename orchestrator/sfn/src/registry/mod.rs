//! What there is: state machines with their revisions, versions and aliases, tags, activities, and with which revision
//! each execution was started.

mod activity;
mod alias;
mod create;
mod execution;
mod machine;
mod redrive;
mod registry_file;
mod revision;
mod tag;
mod update;
mod version;

pub(crate) use activity::Activity;
pub(crate) use alias::{Alias, NewAlias, Route};
pub(crate) use create::NewMachine;
pub(crate) use execution::StartedWith;
pub(crate) use machine::{Machine, Target};
pub(crate) use redrive::RedriveToken;
pub use registry_file::{Registry, RegistryError};
pub(crate) use revision::{Revision, Settings};
pub(crate) use update::Change;
pub(crate) use version::Version;
