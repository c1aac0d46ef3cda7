//! What a request says, read with AWS's types and constraints.

mod constraint;
mod fields;

pub(crate) use constraint::{ANY, ARN, LONG_ARN, Length, NAME, TEXT};
pub(crate) use fields::{Fields, read};
