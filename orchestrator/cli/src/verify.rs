//! Fault exploration from the command line: what is explored, on which stores, for how long, and what is said of it.

mod databases;
mod interrupt;
mod left_out;
mod mutants;
mod outcome;
mod progress;
mod searches;
mod target;
mod text;

pub(crate) use databases::Databases;
pub(crate) use interrupt::Interrupt;
pub(crate) use left_out::LeftOut;
pub(crate) use mutants::{arguments_of, find_mutant, hunt_all, hunt_one};
pub(crate) use searches::{Searches, search_all};
pub(crate) use target::{ScenarioName, StoreName, Target};
