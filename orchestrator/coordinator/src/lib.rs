//! The coordinator: orders become sagas, sagas become executions, and every saga comes to an end.
//!
//! It links no step and no adapter. Executions run behind [`StepFunctions`]: the engine in the same process, or AWS.

mod cancel;
mod deadlines;
mod embedded;
mod execution;
mod intake;
mod order;
mod owed;
mod relay;
mod saga_kind;
mod step_functions;
mod sweeper;

pub use cancel::{Cancel, cancel};
pub use deadlines::extend_deadlines;
pub use embedded::EmbeddedStepFunctions;
pub use execution::{Execution, execution_of};
pub use intake::{PlaceError, Placed, begin_saga, find_saga, place};
pub use order::{InvalidOrder, NewOrder};
pub use owed::{Delivery, SagaWorker, deliver_owed};
pub use relay::{RelayError, Relayed, relay, start};
pub use saga_kind::SagaKind;
pub use step_functions::{ExecutionStatus, Started, StepFunctions, StepFunctionsError};
pub use sweeper::{Swept, sweep};
