//! Providers that are not what their contract says: what the real steps rely on, taken away.

pub(super) mod inventory;
pub(super) mod payment;
