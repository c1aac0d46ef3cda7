//! The actions of the API, one file per group.

mod activities;
mod aliases;
mod callbacks;
mod children;
mod definition;
mod dispatch;
mod execution_list;
mod executions;
mod express;
mod history;
mod map_runs;
mod redrive;
mod routing;
mod state_machine_update;
mod state_machines;
mod tags;
mod test_state;
mod validation;
mod versions;

pub(crate) use dispatch::seconds;
