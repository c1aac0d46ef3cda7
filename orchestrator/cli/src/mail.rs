//! Real mail, if the command line asks for it.

use std::env;
use std::sync::Arc;

use amends_adapters::notification::{SmtpCredentials, SmtpNotification, SmtpSettings, SmtpSettingsError};
use amends_types::Clock;

use crate::args::Mail;
use crate::failure::Failure;

/// Where the credentials are.
pub(crate) const USER: &str = "AMENDS_SMTP_USER";
pub(crate) const PASSWORD: &str = "AMENDS_SMTP_PASSWORD";

/// The SMTP adapter, or none if the sandbox sends.
pub(crate) fn notification(mail: &Mail, clock: &Arc<dyn Clock>) -> Result<Option<SmtpNotification>, Failure> {
    let (Some(url), Some(from)) = (&mail.smtp, &mail.mail_from) else { return Ok(None) };
    let made = SmtpCredentials::of(env::var(USER).ok(), env::var(PASSWORD).ok())
        .and_then(|credentials| SmtpSettings::from_url(url, from, credentials))
        .and_then(|settings| SmtpNotification::new(settings, clock.clone()));
    made.map(Some).map_err(|error| {
        Failure::Unusable(match error {
            SmtpSettingsError::Url => format!("--smtp: {error}"),
            SmtpSettingsError::HalfCredentials => format!("{USER} and {PASSWORD}: {error}"),
            other => other.to_string(),
        })
    })
}
