//! Which server, and as whom.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

/// An SMTP server, and the sender that it knows us as.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Name or address of the server.
    pub host: String,
    /// Its port: usually 587 for STARTTLS, 465 for implicit TLS.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// User and password, if the server wants them.
    pub credentials: Option<SmtpCredentials>,
    /// The sender: `shop@example.com` or `The Shop <shop@example.com>`.
    pub from: String,
}

/// How the connection to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all; only for a server on this machine.
    None,
    /// By STARTTLS, without which nothing is sent.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// A user and a password. `Debug` shows neither.
#[derive(Clone)]
pub struct SmtpCredentials {
    pub(super) user: String,
    pub(super) password: String,
}

impl SmtpSettings {
    /// Settings of the server at a URL: `smtp://localhost:2525`, `smtp+starttls://mail.example.com:587` or
    /// `smtps://mail.example.com:465`.
    ///
    /// # Errors
    /// [`SmtpSettingsError::Url`].
    pub fn from_url(
        url: &str,
        from: &str,
        credentials: Option<SmtpCredentials>,
    ) -> Result<Self, SmtpSettingsError> {
        let (tls, host, port) = parse(url).ok_or(SmtpSettingsError::Url)?;
        Ok(Self { host, port, tls, credentials, from: from.to_owned() })
    }
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

impl SmtpCredentials {
    /// Credentials of which both halves are there, or none. An empty half is none.
    ///
    /// # Errors
    /// [`SmtpSettingsError::HalfCredentials`] when one half is missing.
    pub fn of(user: Option<String>, password: Option<String>) -> Result<Option<Self>, SmtpSettingsError> {
        let there = |half: Option<String>| half.filter(|half| !half.is_empty());
        match (there(user), there(password)) {
            (Some(user), Some(password)) => Ok(Some(Self { user, password })),
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => Err(SmtpSettingsError::HalfCredentials),
        }
    }

    /// The user and the password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for SmtpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[credentials]")
    }
}

/// Settings that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SmtpSettingsError {
    /// The URL is none of a server.
    #[error(
        "an SMTP server looks like smtp://localhost:2525, smtp+starttls://mail.example.com:587 or \
         smtps://mail.example.com:465"
    )]
    Url,
    /// A user without a password, or the other way round.
    #[error("an SMTP server wants both a user and a password, or neither")]
    HalfCredentials,
    /// Customers' mail would cross a network in the clear.
    #[error("the SMTP server {host} is not on this machine; use STARTTLS or implicit TLS")]
    Plaintext {
        /// The server.
        host: String,
    },
    /// The sender is not an address.
    #[error("the sender is not an e-mail address, such as shop@example.com or The Shop <shop@example.com>")]
    From,
    /// The server's name cannot be checked against a certificate.
    #[error("TLS cannot be set up for the SMTP server {host}")]
    Tls {
        /// The server.
        host: String,
    },
}

/// Whether `host` can only mean this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
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

    #[test]
    fn credentials_are_whole_or_not_there() {
        let text = || Some("x".to_owned());
        assert!(SmtpCredentials::of(text(), text()).unwrap().is_some());
        assert!(SmtpCredentials::of(None, Some(String::new())).unwrap().is_none());
        assert!(SmtpCredentials::of(text(), None).is_err() && SmtpCredentials::of(None, text()).is_err());
    }
}
