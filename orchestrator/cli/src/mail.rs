//! Real mail, if the command line asks for it.

use std::env;
use std::sync::Arc;

use amends_adapters::notification::{SmtpCredentials, SmtpNotification, SmtpSettings, SmtpTls};
use amends_types::Clock;

use crate::args::Mail;
use crate::failure::Failure;

const FORM: &str = "--smtp must look like smtp://localhost:2525, smtp+starttls://mail.example.com:587 \
                    or smtps://mail.example.com:465";

/// The SMTP adapter, or none if the sandbox sends.
pub(crate) fn notification(mail: &Mail, clock: &Arc<dyn Clock>) -> Result<Option<SmtpNotification>, Failure> {
    let (Some(url), Some(from)) = (&mail.smtp, &mail.mail_from) else { return Ok(None) };
    let (tls, host, port) = parse(url).ok_or_else(|| Failure::Unusable(FORM.into()))?;
    let credentials = match (env::var("AMENDS_SMTP_USER"), env::var("AMENDS_SMTP_PASSWORD")) {
        (Ok(user), Ok(password)) => Some(SmtpCredentials::new(user, password)),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => {
            let both = "set both AMENDS_SMTP_USER and AMENDS_SMTP_PASSWORD, or neither";
            return Err(Failure::Unusable(both.into()));
        }
        (Err(_), Err(_)) => None,
    };
    let settings = SmtpSettings { host, port, tls, credentials, from: from.clone() };
    let adapter = SmtpNotification::new(settings, clock.clone());
    adapter.map(Some).map_err(|error| Failure::Unusable(error.to_string()))
}

fn parse(url: &str) -> Option<(SmtpTls, String, u16)> {
    let (scheme, place) = url.split_once("://")?;
    let tls = match scheme {
        "smtp" => SmtpTls::None,
        "smtp+starttls" => SmtpTls::StartTls,
        "smtps" => SmtpTls::Implicit,
        _ => return None,
    };
    let (host, port) = place.trim_end_matches('/').rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plain = !host.is_empty() && !host.contains(['/', '@']);
    Some((tls, plain.then(|| host.to_owned())?, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        assert_eq!(parse("smtp://localhost:2525"), Some((SmtpTls::None, "localhost".into(), 2525)));
        assert_eq!(parse("smtps://[::1]:465/"), Some((SmtpTls::Implicit, "::1".into(), 465)));
        for wrong in ["localhost:25", "http://x:1", "smtp://x", "smtp://x:y", "smtp://u:p@x:25", "smtp://:25"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
