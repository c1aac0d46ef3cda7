//! E-mail through any SMTP server.
//!
//! SMTP has no keys: a repeat is delivered again. It is the same message byte for byte, with a Message-ID made from
//! the key, so that mail systems and people see one. Each notice has a connection of its own: one that was given up
//! in the middle of a dialogue would answer the next notice with this one's reply.

#[cfg(test)]
pub(crate) mod bench;
mod dialogue;
mod letter;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use amends_types::Clock;
use async_trait::async_trait;
use lettre::message::Mailbox;

use super::{Notice, Notification, Sent, SentLookup};
use crate::{BodyRule, Call, Contract, InUse, KeyScope, Lookup, ProviderError};
use dialogue::Server;
use letter::Letter;
pub use settings::{SmtpCredentials, SmtpSettings, SmtpSettingsError, SmtpTls};

const CONTRACT: Contract = Contract {
    provider: "smtp",
    key_window_seconds: Some(0),
    scope: KeyScope::NoKeys,
    body: BodyRule::Ignored,
    caches_server_errors: false,
    in_use: InUse::Races,
    lookup: Lookup::Absent,
    // A server may take its time over a message whose sender has hung up; nothing could look it up, though.
    settle_seconds: 15,
    call_limit_seconds: 10,
};

/// Sends notices as e-mail.
#[derive(Clone)]
pub struct SmtpNotification {
    from: Mailbox,
    server: Server,
    clock: Arc<dyn Clock>,
}

impl SmtpNotification {
    /// An adapter for one server and one sender. Connects to nothing yet.
    ///
    /// # Errors
    /// When the settings cannot work, or would send passwords and customers' mail in the clear over a network.
    pub fn new(settings: SmtpSettings, clock: Arc<dyn Clock>) -> Result<Self, SmtpSettingsError> {
        let from = settings.from.parse().map_err(|_| SmtpSettingsError::From)?;
        Ok(Self { from, server: Server::new(settings)?, clock })
    }
}

#[async_trait]
impl Notification for SmtpNotification {
    fn contract(&self) -> Contract {
        CONTRACT
    }

    async fn send(&self, call: &Call, notice: &Notice) -> Result<Sent, ProviderError> {
        let letter = Letter::write(&self.from, call.key, notice)?;
        self.server.deliver(&letter, self.clock.sleep(call.limit)).await?;
        Ok(Sent { id: letter.id })
    }

    fn lookup(&self) -> Option<&dyn SentLookup> {
        None
    }
}
