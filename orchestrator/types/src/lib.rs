//! The words that every crate shares: ids, money, time and idempotency keys.
//!
//! Nothing here does I/O, reads a clock or draws a random number. [`Clock`] and [`Entropy`] are the parameters
//! through which time and chance reach the rest of the workspace, so that a verification run can choose both; the
//! system's clock is there for programs only (feature `system`).

mod clock;
mod engine_id;
mod entropy;
mod ids;
mod key;
mod money;
mod personal;
mod sha;
#[cfg(feature = "system")]
mod system_clock;
mod timestamp;

pub use clock::{BoxFuture, Clock};
pub use engine_id::EngineId;
pub use entropy::{Entropy, SplitMix};
pub use ids::{IdError, RunName, SagaId};
pub use key::{DeploymentId, IdempotencyKey};
pub use money::{Currency, Money, MoneyError};
pub use personal::Personal;
pub use sha::Sha256Hex;
#[cfg(feature = "system")]
pub use system_clock::SystemClock;
pub use timestamp::Timestamp;
