//! Who may ask.
//!
//! On a loopback address, everybody who can reach it. Elsewhere a token is needed, as `Authorization: Bearer TOKEN`, or as
//! the access key id with which an AWS client signs. The signature itself is not looked at: the token is the secret.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

use crate::api_error::{ApiError, ErrorCode};

/// The scheme of AWS's signatures, version 4.
const SIGNED: &str = "AWS4-HMAC-SHA256";

/// Who may ask.
#[derive(Clone)]
pub enum Access {
    /// Everybody; for loopback addresses only.
    Loopback,
    /// Who has this token.
    Token(String),
}

impl Access {
    /// Refuses a request without the token.
    ///
    /// # Errors
    /// What AWS answers without a signature, or with an access key that it does not know.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let Self::Token(token) = self else { return Ok(()) };
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
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
    if scheme != SIGNED {
        return None;
    }
    let credential = rest.split(',').find_map(|part| part.trim().strip_prefix("Credential="))?;
    credential.split_once('/').map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(authorization: Option<&str>, expected: Result<(), ErrorCode>) {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let access = Access::Token("secret".to_owned());
        assert_eq!(access.check(&headers).map_err(|error| error.code), expected, "{authorization:?}");
        assert_eq!(Access::Loopback.check(&headers), Ok(()));
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
