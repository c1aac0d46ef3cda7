//! Who may ask.
//!
//! On a loopback address, everybody who can reach it. Elsewhere a token is needed, as `Authorization: Bearer TOKEN`, or as
//! the access key id with which an AWS client signs: then the signature itself is not looked at, the token is the secret.
//! Or else requests must be signed with a key, as on AWS.

use amends_types::Timestamp;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use super::signature::{Given, SigningKey};
use crate::api_error::{ApiError, ErrorCode};

/// Who may ask.
#[derive(Clone)]
pub enum Access {
    /// Everybody; for loopback addresses only.
    Loopback,
    /// Who has this token.
    Token(String),
    /// Who signs with this key.
    Key(SigningKey),
}

impl Access {
    /// Refuses a request of somebody who may not ask.
    ///
    /// # Errors
    /// What AWS answers without a signature, or with one that is not right.
    pub(super) fn check(&self, head: &Parts, body: &[u8], now: Timestamp) -> Result<(), ApiError> {
        let token = match self {
            Self::Loopback => return Ok(()),
            Self::Key(key) => return key.check(head, body, now),
            Self::Token(token) => token,
        };
        let given = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(given) = given else {
            return Err(ApiError::new(
                ErrorCode::MissingAuthenticationTokenException,
                "Missing Authentication Token",
            ));
        };
        let is_right = token_in(given).is_some_and(|given| Sha256::digest(given) == Sha256::digest(token));
        if is_right {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::UnrecognizedClientException,
            "The security token included in the request is invalid.",
        ))
    }
}

/// The token in the value of an `Authorization` header.
fn token_in(authorization: &str) -> Option<&str> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim());
    }
    Given::read(authorization).map(|given| given.key)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn check(authorization: Option<&str>, expected: Result<(), ErrorCode>) {
        let (mut head, ()) = Request::post("/").body(()).unwrap().into_parts();
        if let Some(value) = authorization {
            head.headers.insert(AUTHORIZATION, value.parse().unwrap());
        }
        let access = Access::Token("secret".to_owned());
        let now = Timestamp::default();
        let checked = access.check(&head, b"", now);
        assert_eq!(checked.map_err(|error| error.code), expected, "{authorization:?}");
        assert_eq!(Access::Loopback.check(&head, b"", now), Ok(()));
    }

    #[test]
    fn the_token_is_a_bearer_or_the_access_key_of_a_signature() {
        check(Some("Bearer secret"), Ok(()));
        check(
            Some("AWS4-HMAC-SHA256 Credential=secret/20260101/us-east-1/states/aws4_request, Signature=a"),
            Ok(()),
        );
    }

    #[test]
    fn without_the_token_a_request_is_refused() {
        check(None, Err(ErrorCode::MissingAuthenticationTokenException));
        for wrong in ["Bearer x", "Bearer", "Basic secret", "AWS4-HMAC-SHA256 Credential=other/a", "secret"] {
            check(Some(wrong), Err(ErrorCode::UnrecognizedClientException));
        }
    }
}
