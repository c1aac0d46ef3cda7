//! AWS's signatures, version 4: whether a request was signed with the secret that we know.
//!
//! What was signed is signed again, and the two signatures must be the same (IAM User Guide, "AWS Signature Version 4 for
//! API requests").

use std::fmt;
use std::time::{Duration, SystemTime};

use amends_types::Timestamp;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::api_error::{ApiError, ErrorCode};

/// The scheme.
pub(super) const SCHEME: &str = "AWS4-HMAC-SHA256";
/// How far the client's clock may be from ours.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// A key with which clients sign. Its secret is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    id: String,
    secret: String,
}

impl SigningKey {
    /// The key with this id and secret.
    pub fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned() }
    }

    /// Refuses a request that was not signed with this key, or at another time than now.
    ///
    /// # Errors
    /// What AWS answers.
    pub(super) fn check(&self, head: &Parts, body: &[u8], now: Timestamp) -> Result<(), ApiError> {
        let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let Some(given) = text(AUTHORIZATION.as_str()).and_then(Given::read) else {
            return Err(ApiError::new(
                ErrorCode::MissingAuthenticationTokenException,
                "Missing Authentication Token",
            ));
        };
        if given.key != self.id {
            let message = "The security token included in the request is invalid.";
            return Err(ApiError::new(ErrorCode::UnrecognizedClientException, message));
        }
        let date = text("x-amz-date")
            .and_then(read_date)
            .ok_or_else(|| invalid("The date of the signature cannot be read."))?;
        if date.since(now).max(now.since(date)) > SKEW {
            return Err(invalid(
                "Signature not yet current or expired: the clocks of client and engine differ by more than 5 minutes.",
            ));
        }
        let signature = self.sign(head, body, &given, date).ok_or_else(|| invalid(MISMATCH))?;
        // Compared as digests, so that how long it takes says nothing of where they differ.
        if Sha256::digest(signature) == Sha256::digest(given.signature) {
            Ok(())
        } else {
            Err(invalid(MISMATCH))
        }
    }

    fn sign(&self, head: &Parts, body: &[u8], given: &Given<'_>, date: Timestamp) -> Option<String> {
        let token = head.headers.get("x-amz-security-token").and_then(|value| value.to_str().ok());
        let identity =
            Credentials::new(&self.id, &self.secret, token.map(str::to_owned), None, "settings").into();
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        let since = Duration::from_micros(u64::try_from(date.as_micros()).ok()?);
        let params = SigningParams::builder().identity(&identity).region(given.region).name(given.service);
        let params = params.time(SystemTime::UNIX_EPOCH + since).settings(settings).build().ok()?.into();
        let host = head.headers.get(HOST)?.to_str().ok()?;
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let signed = given.headers.split(';');
        let headers: Option<Vec<_>> =
            signed.map(|name| Some((name, head.headers.get(name)?.to_str().ok()?))).collect();
        let request = SignableRequest::new(
            head.method.as_str(),
            format!("http://{host}{path}"),
            headers?.into_iter(),
            SignableBody::Bytes(body),
        );
        Some(sign(request.ok()?, &params).ok()?.signature().to_owned())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What an `Authorization` header says.
pub(super) struct Given<'a> {
    /// The access key id.
    pub(super) key: &'a str,
    region: &'a str,
    service: &'a str,
    headers: &'a str,
    signature: &'a str,
}

impl<'a> Given<'a> {
    /// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=hex`.
    pub(super) fn read(authorization: &'a str) -> Option<Self> {
        let rest = authorization.strip_prefix(SCHEME)?.strip_prefix(' ')?;
        let part = |name: &str| rest.split(',').find_map(|part| part.trim().strip_prefix(name));
        let mut scope = part("Credential=")?.split('/');
        let key = scope.next()?;
        let (_date, region, service) = (scope.next(), scope.next().unwrap_or(""), scope.next().unwrap_or(""));
        Some(Self {
            key,
            region,
            service,
            headers: part("SignedHeaders=").unwrap_or(""),
            signature: part("Signature=").unwrap_or(""),
        })
    }
}

fn read_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(at.as_microsecond()))
}

/// AWS's words.
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                        Access Key and signing method. Consult the service documentation for details.";

fn invalid(message: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidSignatureException, message)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const NOW: i64 = 1_767_225_600_000_000; // 20260101T000000Z

    /// A request as a client signs it.
    fn signed(key: &SigningKey, target: &str, body: &[u8]) -> Parts {
        let (date, scope) = ("20260101T000000Z", "20260101/us-east-1/states/aws4_request");
        let headers = "host;x-amz-date;x-amz-target";
        let authorization = |signature: &str| {
            format!("{SCHEME} Credential={}/{scope}, SignedHeaders={headers}, Signature={signature}", key.id)
        };
        let unsigned = Request::post("/").header("host", "localhost:8083").header("x-amz-date", date);
        let (mut head, ()) = unsigned.header("x-amz-target", target).body(()).unwrap().into_parts();
        let without = authorization("");
        let given = Given::read(&without).unwrap();
        let signature = key.sign(&head, body, &given, Timestamp::from_micros(NOW)).unwrap();
        head.headers.insert(AUTHORIZATION, authorization(&signature).parse().unwrap());
        head
    }

    fn check(head: &Parts, body: &[u8], seconds: i64) -> Result<(), ErrorCode> {
        let now = Timestamp::from_micros(NOW + seconds * 1_000_000);
        SigningKey::new("AKID", "secret").check(head, body, now).map_err(|error| error.code)
    }

    #[test]
    fn what_was_signed_with_the_key_is_taken_as_long_as_it_is_young() {
        let head = signed(&SigningKey::new("AKID", "secret"), "a", b"{}");
        for seconds in [-299, 0, 299] {
            assert_eq!(check(&head, b"{}", seconds), Ok(()));
        }
        for seconds in [-301, 301] {
            assert_eq!(check(&head, b"{}", seconds), Err(ErrorCode::InvalidSignatureException));
        }
    }

    #[test]
    fn another_secret_body_or_header_is_refused() {
        let mismatch = Err(ErrorCode::InvalidSignatureException);
        let mut head = signed(&SigningKey::new("AKID", "secret"), "a", b"{}");
        assert_eq!(check(&head, b"{ }", 0), mismatch);
        head.headers.insert("x-amz-target", "b".parse().unwrap());
        assert_eq!(check(&head, b"{}", 0), mismatch);
        assert_eq!(check(&signed(&SigningKey::new("AKID", "other"), "a", b"{}"), b"{}", 0), mismatch);
        let unknown = signed(&SigningKey::new("other", "secret"), "a", b"{}");
        assert_eq!(check(&unknown, b"{}", 0), Err(ErrorCode::UnrecognizedClientException));
    }

    #[test]
    fn a_request_without_a_signature_is_refused() {
        let (mut head, ()) = Request::post("/").body(()).unwrap().into_parts();
        let missing = Err(ErrorCode::MissingAuthenticationTokenException);
        assert_eq!(check(&head, b"", 0), missing);
        head.headers.insert(AUTHORIZATION, "Bearer AKID".parse().unwrap());
        assert_eq!(check(&head, b"", 0), missing);
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert!(!format!("{:?}", SigningKey::new("AKID", "hush")).contains("hush"));
    }
}
