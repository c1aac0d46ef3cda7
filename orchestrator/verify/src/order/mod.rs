//! The order saga as a scenario: the real five steps, on the sandbox providers and their books.

mod by_hand;
mod inventory;
mod notification;
mod payment;
mod scenario;
mod served;

pub use scenario::OrderScenario;
pub(crate) use scenario::{MakeInventory, MakeSaga};
