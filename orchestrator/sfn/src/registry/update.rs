//! A change of a state machine: a new revision, if anything differs.

use amends_sqlite::rusqlite::Connection;
use amends_types::Timestamp;

use super::{Machine, Revision, Version};
use crate::api_error::ApiError;
use crate::settings::{Encryption, Logging};

/// What UpdateStateMachine asks for; what is not given stays.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) definition: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) logging: Option<Logging>,
    pub(crate) tracing: Option<bool>,
    pub(crate) encryption: Option<Encryption>,
    pub(crate) publish: bool,
    pub(crate) description: Option<String>,
    /// The id of the revision, if there is a new one.
    pub(crate) revision_id: String,
    pub(crate) now: Timestamp,
}

/// What the state machine is now.
#[derive(Debug, Clone)]
pub(crate) struct Updated {
    pub(crate) revision_id: Option<String>,
    pub(crate) version: Option<u32>,
}

impl Change {
    /// Whether it asks for any change.
    pub(crate) fn is_empty(&self) -> bool {
        self.definition.is_none()
            && self.role_arn.is_none()
            && self.logging.is_none()
            && self.tracing.is_none()
            && self.encryption.is_none()
    }

    /// Changes a state machine.
    pub(crate) fn apply(self, db: &Connection, machine: &Machine) -> Result<Updated, ApiError> {
        let current = machine.current(db)?;
        let mut settings = current.settings.clone();
        if let Some(definition) = self.definition {
            settings.definition = definition;
        }
        if let Some(role_arn) = self.role_arn {
            settings.role_arn = role_arn;
        }
        if let Some(logging) = self.logging {
            settings.logging = logging;
        }
        if let Some(tracing) = self.tracing {
            settings.tracing = tracing;
        }
        if let Some(encryption) = self.encryption {
            settings.encryption = encryption;
        }
        let revision = if settings == current.settings {
            current
        } else {
            let revision = Revision::add(db, machine.id, Some(self.revision_id), settings, self.now)?;
            db.execute("UPDATE machine SET revision = ?2 WHERE id = ?1", (machine.id, revision.id))?;
            revision
        };
        let published =
            self.publish.then(|| Version::publish(db, machine.id, revision.id, self.description, self.now));
        let version = published.transpose()?.map(|published| published.number);
        Ok(Updated { revision_id: revision.revision_id, version })
    }
}
