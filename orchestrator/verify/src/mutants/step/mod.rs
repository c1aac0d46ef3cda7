//! Steps that are wrong: the real order saga with one step replaced by one that makes a mistake.

mod altered;
pub(super) mod charge;
pub(super) mod errors;
pub(super) mod notify;
pub(super) mod stock;
pub(super) mod sync;
