//! How state machines and activities are configured: logging, tracing, encryption, tags.

mod encryption;
mod logging;
mod tags;
mod tracing;

pub(crate) use self::tracing::read_tracing;
pub(crate) use encryption::{Encryption, read_encryption};
pub(crate) use logging::{Logging, read_logging};
pub(crate) use tags::{MAX_TAGS, Tag, read_tags};
