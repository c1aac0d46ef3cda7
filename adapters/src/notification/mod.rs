//! Notification: telling the customer.

mod ask;
mod notice;
mod provider;
pub(crate) mod sandbox;
pub(crate) mod smtp;
#[cfg(test)]
pub(crate) mod suite;
mod test_domain;

pub(crate) use ask::NotificationAsk;
pub use notice::{Notice, NoticeKind, Recipient, Sent};
pub use provider::{Notification, SentLookup};
pub use sandbox::SandboxNotification;
pub use smtp::{SmtpCredentials, SmtpNotification, SmtpSettings, SmtpSettingsError, SmtpTls};
