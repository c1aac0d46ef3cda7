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

impl SmtpCredentials {
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
