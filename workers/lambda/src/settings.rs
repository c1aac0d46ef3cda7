//! What a function is told by its environment.
//!
//! | variable | meaning |
//! |---|---|
//! | `_HANDLER` | the step |
//! | `AMENDS_DATABASE_URL` | the store, in PostgreSQL |
//! | `AMENDS_STORE` | the store, as an SQLite file, where there is no `AMENDS_DATABASE_URL` |
//! | `AMENDS_BOOKS` | the file of the sandbox providers' books |
//! | `AMENDS_SMTP`, `AMENDS_MAIL_FROM` | real mail: the server's URL and the sender; `AMENDS_SMTP_USER`, `AMENDS_SMTP_PASSWORD` |
//! | `AMENDS_WORKERS` | a file on which a shared lock is held, so that nobody takes this worker for dead |

use std::env;
use std::path::PathBuf;

use amends_adapters::notification::{SmtpCredentials, SmtpSettings, SmtpSettingsError};
use thiserror::Error;

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) step: String,
    pub(crate) store: StoreAt,
    pub(crate) books: PathBuf,
    pub(crate) smtp: Option<SmtpSettings>,
    pub(crate) workers: Option<PathBuf>,
}

/// Where the store is.
pub(crate) enum StoreAt {
    Sqlite(PathBuf),
    /// The URL; it may have a password in it.
    Postgres(String),
}

impl std::fmt::Debug for StoreAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => f.debug_tuple("Sqlite").field(file).finish(),
            Self::Postgres(_) => f.write_str("Postgres"),
        }
    }
}

/// The environment does not say what must be known.
#[derive(Debug, Error)]
pub(crate) enum SettingsError {
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    #[error("neither AMENDS_DATABASE_URL nor AMENDS_STORE is set: say where the store is")]
    NoStore,
    #[error("AMENDS_SMTP: {0}")]
    Smtp(#[from] SmtpSettingsError),
}

impl Settings {
    /// # Errors
    /// [`SettingsError`].
    pub(crate) fn from_environment() -> Result<Self, SettingsError> {
        Self::from_variables(|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let required = |name: &'static str| get(name).ok_or(SettingsError::Missing(name));
        let store = match (get("AMENDS_DATABASE_URL"), get("AMENDS_STORE")) {
            (Some(url), _) => StoreAt::Postgres(url),
            (None, Some(file)) => StoreAt::Sqlite(file.into()),
            (None, None) => return Err(SettingsError::NoStore),
        };
        let smtp = match get("AMENDS_SMTP") {
            Some(url) => {
                let credentials = SmtpCredentials::of(get("AMENDS_SMTP_USER"), get("AMENDS_SMTP_PASSWORD"))?;
                Some(SmtpSettings::from_url(&url, &required("AMENDS_MAIL_FROM")?, credentials)?)
            }
            None => None,
        };
        Ok(Self {
            step: required("_HANDLER")?,
            store,
            books: required("AMENDS_BOOKS")?.into(),
            smtp,
            workers: get("AMENDS_WORKERS").map(PathBuf::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_missing_is_named() {
        let told = |variables| read(variables).unwrap_err().to_string();
        assert!(told(&[("_HANDLER", "charge")]).contains("AMENDS_STORE"));
        assert!(told(&[("AMENDS_STORE", "s"), ("_HANDLER", "charge")]).contains("AMENDS_BOOKS"));
        assert!(told(&[("AMENDS_STORE", "s"), ("AMENDS_BOOKS", "b")]).contains("_HANDLER"));
        let mail =
            [("_HANDLER", "notify"), ("AMENDS_STORE", "s"), ("AMENDS_BOOKS", "b"), ("AMENDS_SMTP", "x")];
        assert!(told(&mail).contains("AMENDS_MAIL_FROM"));
    }

    #[test]
    fn a_database_comes_before_a_file_and_is_not_shown() {
        let url = "postgres://user:hush@localhost/amends";
        let variables = [
            ("_HANDLER", "charge"),
            ("AMENDS_STORE", "s"),
            ("AMENDS_BOOKS", "b"),
            ("AMENDS_DATABASE_URL", url),
        ];
        let settings = read(&variables).unwrap();
        assert!(matches!(&settings.store, StoreAt::Postgres(there) if there == url));
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
