//! A new state machine, or the one that the same request has created already.

use amends_sqlite::rusqlite::Connection;
use amends_types::Timestamp;

use super::{Machine, Revision, Settings, Version, tag};
use crate::api_error::{ApiError, ErrorCode};
use crate::settings::Tag;

/// The most state machines of an account, by AWS's quotas.
const MAX_MACHINES: u32 = 100_000;

/// What CreateStateMachine asks for.
#[derive(Debug, Clone)]
pub(crate) struct NewMachine {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) is_express: bool,
    pub(crate) settings: Settings,
    pub(crate) tags: Vec<Tag>,
    pub(crate) publish: bool,
    pub(crate) description: Option<String>,
    pub(crate) now: Timestamp,
}

/// The state machine that there is now.
#[derive(Debug, Clone)]
pub(crate) struct Created {
    pub(crate) created: Timestamp,
    /// The version that was published with it.
    pub(crate) version: Option<u32>,
}

impl NewMachine {
    /// Creates it. The same again is the same state machine; role and tags may differ, and then change nothing, as the
    /// API reference of CreateStateMachine has it.
    pub(crate) fn create(self, db: &Connection) -> Result<Created, ApiError> {
        if let Some(there) = Machine::named(db, &self.name)? {
            return self.repeat(db, &there);
        }
        if Machine::count(db)? >= MAX_MACHINES {
            let message = format!("State Machine Limit Exceeded: '{MAX_MACHINES}'");
            return Err(ApiError::new(ErrorCode::StateMachineLimitExceeded, message));
        }
        let kind = if self.is_express { "EXPRESS" } else { "STANDARD" };
        let sql = "INSERT INTO machine (name, type, created, revision, created_published, created_description) \
                   VALUES (?1, ?2, ?3, 0, ?4, ?5)";
        db.execute(sql, (&self.name, kind, self.now.as_micros(), self.publish, &self.description))?;
        let machine = db.last_insert_rowid();
        let revision = Revision::add(db, machine, None, self.settings, self.now)?;
        db.execute("UPDATE machine SET revision = ?2 WHERE id = ?1", (machine, revision.id))?;
        tag::put(db, &self.arn, &self.tags)?;
        let published =
            self.publish.then(|| Version::publish(db, machine, revision.id, self.description, self.now));
        let version = published.transpose()?.map(|published| published.number);
        Ok(Created { created: self.now, version })
    }

    fn repeat(&self, db: &Connection, there: &Machine) -> Result<Created, ApiError> {
        let current = there.current(db)?;
        let mut settings = self.settings.clone();
        settings.role_arn.clone_from(&current.settings.role_arn);
        let is_same = settings == current.settings
            && self.is_express == there.is_express
            && self.publish == there.created_published
            && self.description == there.created_description;
        if !is_same {
            let message = format!("State Machine Already Exists: '{}'", self.arn);
            return Err(ApiError::new(ErrorCode::StateMachineAlreadyExists, message));
        }
        let version = if self.publish { Version::of_revision(db, there.id, current.id)? } else { None };
        Ok(Created { created: there.created, version: version.map(|version| version.number) })
    }
}
