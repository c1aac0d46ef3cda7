//! The story of one order, put together from the store and the engine's journal.

mod executions;
mod story;
mod timeline;

pub(crate) use executions::{Executions, Run};
pub(crate) use story::Story;
