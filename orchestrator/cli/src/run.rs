//! The main job: a file of orders, driven to their ends.

mod drain;
mod flow;
mod lines;
mod products;
mod progress;
mod seen;
mod tally;

pub(crate) use drain::{drain, resume};
pub(crate) use flow::{Flow, Interrupt};
pub(crate) use lines::{Line, Lines};
pub(crate) use products::{import, read as read_products};
pub(crate) use progress::Progress;
pub(crate) use tally::{Summary, Tally};
