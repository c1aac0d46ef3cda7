//! Orders: placed, looked at, waited for, listed, cancelled.

mod cancel;
mod events;
mod list;
mod place;
mod show;

pub(crate) use cancel::*;
pub(crate) use events::*;
pub(crate) use list::*;
pub(crate) use place::*;
pub(crate) use show::*;
