//! What the behaviour suites of the three traits share.

mod call;
mod clock;
mod expand;
mod registered;
mod table;

pub(crate) use call::{call, usd};
pub(crate) use clock::VirtualClock;
pub(crate) use expand::{case_names, each_case_a_test};
pub(crate) use table::named_in_table;
