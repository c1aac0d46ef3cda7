//! The coordinator: orders become sagas, sagas become executions, and every saga comes to an end.
//!
//! It links no step and no adapter. Executions run behind [`StepFunctions`]: the engine in the same process, or AWS.

mod adopt;
mod alarm;
mod announce;
mod cancel;
mod deadlines;
mod decision;
mod embedded;
mod erase;
mod execution;
mod intake;
mod order;
mod owed;
mod personal;
mod prune;
mod pulse;
mod relay;
pub mod repair;
mod restored;
mod saga_kind;
mod step_functions;
mod stop;
mod story;
mod sweeper;
mod upkeep;

pub use adopt::adopt;
pub use alarm::{Alarm, AlarmKind, Alarms, find_alarms};
pub use announce::{Announced, Announcer, SagaEnd, announce_ends, users_word};
pub use cancel::{Cancel, cancel};
pub use deadlines::extend_deadlines;
pub use decision::Decision;
pub use embedded::EmbeddedStepFunctions;
pub use erase::{Erased, erase};
pub use execution::{Execution, execution_of};
pub use intake::{PlaceError, Placed, Placing, SagaHome, begin_saga, find_saga, place};
pub use order::{InvalidOrder, NewOrder};
pub use owed::{Delivery, SagaWorker, deliver_owed};
pub use prune::{Pruned, prune};
pub use pulse::Pulse;
pub use relay::{RelayError, Relayed, relay, start};
pub use restored::mark_restored;
pub use saga_kind::SagaKind;
pub use step_functions::{ExecutionStatus, Started, StepFunctions, StepFunctionsError};
pub use stop::{Stop, stop};
pub use story::{Moment, OrderStory, Story, story};
pub use sweeper::{Swept, sweep, sweep_one};
pub use upkeep::{Coordinator, Kept, Upkeep, UpkeepOptions};
