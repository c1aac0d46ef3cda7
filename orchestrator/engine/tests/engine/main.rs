//! The engine as a whole, most of it in simulations: no sleeping, no real clock, power that fails on demand.

#![allow(clippy::unwrap_used)]

mod archive;
mod backup;
mod damage;
mod durability;
mod express;
mod limits;
mod machines;
mod names;
mod real;
mod redrive;
mod tasks;
mod timers;
mod world;
