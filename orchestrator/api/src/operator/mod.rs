//! What operators need: work items and decisions about them, stop, drain, retention, and the log of decisions.

mod audit_log;
mod body;
mod decide;
mod drain;
mod erase;
mod parked;
mod prune;
mod retry;
mod stop;

pub(crate) use audit_log::*;
pub(crate) use body::*;
pub(crate) use decide::*;
pub(crate) use drain::*;
pub(crate) use erase::*;
pub(crate) use parked::*;
pub(crate) use prune::*;
pub(crate) use retry::*;
pub(crate) use stop::*;
