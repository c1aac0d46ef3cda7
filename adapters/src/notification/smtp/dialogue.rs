//! The dialogue with the server, up to the point of no return and past it.
//!
//! Before the first byte of the content, any failure proves that nothing was sent. After it only a reply decides: a
//! refusal proves it too, and no reply proves nothing.

use amends_types::BoxFuture;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

use super::letter::Letter;
use super::settings::is_loopback;
use super::{SmtpSettings, SmtpSettingsError, SmtpTls};
use crate::ProviderError;

const NOTHING_SENT: ProviderError = ProviderError::Unavailable { after: None };

/// A server that can be connected to.
#[derive(Clone)]
pub(super) struct Server {
    settings: SmtpSettings,
    /// Absent only without TLS.
    tls: Option<TlsParameters>,
}

impl Server {
    pub(super) fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let host = &settings.host;
        let tls = match settings.tls {
            SmtpTls::None if !is_loopback(host) => {
                return Err(SmtpSettingsError::Plaintext { host: host.clone() });
            }
            SmtpTls::None => None,
            SmtpTls::StartTls | SmtpTls::Implicit => {
                let failed = |_: Error| SmtpSettingsError::Tls { host: host.clone() };
                Some(TlsParameters::new(host.clone()).map_err(failed)?)
            }
        };
        Ok(Self { settings, tls })
    }

    /// Hands one letter over before `limit` completes.
    pub(super) async fn deliver(
        &self,
        letter: &Letter,
        mut limit: BoxFuture<'static, ()>,
    ) -> Result<(), ProviderError> {
        let mut connection = tokio::select! {
            biased;
            offered = self.offer(letter) => offered?,
            () = &mut limit => return Err(NOTHING_SENT),
        };
        tokio::select! {
            biased;
            reply = connection.message(&letter.bytes) => accepted(reply)?,
            () = &mut limit => return Err(ProviderError::TimedOut),
        }
        // The letter is theirs now; how they take the goodbye changes nothing.
        tokio::select! {
            biased;
            goodbye = connection.quit() => drop(goodbye),
            () = &mut limit => {}
        }
        Ok(())
    }

    /// Everything up to the content.
    async fn offer(&self, letter: &Letter) -> Result<AsyncSmtpConnection, ProviderError> {
        let mut connection = self.connect().await.map_err(|_| NOTHING_SENT)?;
        let parameters = mail_parameters(letter, &connection)?;
        connection.command(Mail::new(Some(letter.from.clone()), parameters)).await.map_err(not_taken)?;
        connection.command(Rcpt::new(letter.to.clone(), Vec::new())).await.map_err(not_taken)?;
        connection.command(Data).await.map_err(not_taken)?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let address = (self.settings.host.as_str(), self.settings.port);
        let implicit = self.tls.clone().filter(|_| self.settings.tls == SmtpTls::Implicit);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, None, &hello, implicit, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.settings.tls == SmtpTls::StartTls) {
            connection.starttls(tls, &hello).await?;
        }
        if let Some(credentials) = &self.settings.credentials {
            let credentials = Credentials::new(credentials.user.clone(), credentials.password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

/// What the server must be told about letters in other scripts.
fn mail_parameters(
    letter: &Letter,
    connection: &AsyncSmtpConnection,
) -> Result<Vec<MailParameter>, ProviderError> {
    let mut parameters = Vec::new();
    if !letter.from.to_string().is_ascii() || !letter.to.to_string().is_ascii() {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(ProviderError::declined("address_needs_smtputf8"));
        }
        parameters.push(MailParameter::SmtpUtfEight);
        // Subject and text are encoded in ASCII; only such an address makes the message more than that. A server
        // with SMTPUTF8 has 8BITMIME too. (Source: RFC 6531, section 3.1.)
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// What a failure before the content means. (Source: RFC 5321, sections 4.2.1 and 4.3.2.)
fn not_taken(error: Error) -> ProviderError {
    match error.status() {
        Some(code) if error.is_permanent() => ProviderError::declined(&format!("smtp_{code}")),
        _ => NOTHING_SENT,
    }
}

/// What the reply to the content means: the server has taken the letter only if it says so.
fn accepted(reply: Result<Response, Error>) -> Result<(), ProviderError> {
    match reply {
        Ok(response) if (200..300).contains(&u16::from(response.code())) => Ok(()),
        Ok(_) => Err(ProviderError::Unreadable),
        Err(error) if error.is_permanent() || error.is_transient() => Err(not_taken(error)),
        Err(error) if error.is_response() => Err(ProviderError::Unreadable),
        Err(_) => Err(ProviderError::Interrupted),
    }
}
