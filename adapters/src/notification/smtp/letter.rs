//! A notice as an e-mail message: the same bytes for the same key and notice, whenever it is written.

use std::time::{Duration, SystemTime};

use amends_types::{IdempotencyKey, Timestamp};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{Address, address::AddressError};

use crate::ProviderError;
use crate::notification::Notice;

/// A message and its envelope.
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    /// The Message-ID.
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
}

impl Letter {
    /// Writes the message.
    pub(super) fn write(from: &Mailbox, key: IdempotencyKey, notice: &Notice) -> Result<Self, ProviderError> {
        let not_an_address = |_: AddressError| ProviderError::invalid("not_an_address");
        let to: Address = notice.to.email.expose().parse().map_err(not_an_address)?;
        // A line break would begin a header of the customer's choice.
        if notice.subject.chars().any(char::is_control) {
            return Err(ProviderError::invalid("control_character_in_subject"));
        }
        let id = format!("<{key}@{}>", from.email.domain());
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(&notice.subject)
            .date(date(notice.at)?)
            .message_id(Some(id.clone()))
            .header(ContentType::TEXT_PLAIN)
            .body(text(&notice.text)?)
            .map_err(|_| ProviderError::invalid("not_a_message"))?;
        Ok(Self { from: from.email.clone(), to, id, bytes: message.formatted() })
    }
}

/// The text with line breaks of one kind, which the library turns into CRLF.
fn text(text: &str) -> Result<String, ProviderError> {
    if text.contains('\0') {
        return Err(ProviderError::invalid("nul_in_text"));
    }
    // It leaves a lone CR as it is, and some servers would take that for the end of a line.
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The Date header's value, which cannot show years before 1970 or after 9998.
fn date(at: Timestamp) -> Result<SystemTime, ProviderError> {
    const LAST_SECOND: u64 = 253_370_764_799;
    let since_epoch = Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(0));
    if since_epoch.as_secs() > LAST_SECOND {
        return Err(ProviderError::invalid("date_out_of_range"));
    }
    Ok(SystemTime::UNIX_EPOCH + since_epoch)
}
