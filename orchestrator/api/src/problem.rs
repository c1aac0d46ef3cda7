//! Problem details (RFC 9457): what went wrong, for programs by its type and for people by its text.
//!
//! Nothing of the inside is in them: no SQL, no path, no type, no text of another error. What is needed to find the cause
//! is in the log, under the correlation id.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A kind of problem. Each has a status and a type that never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Malformed,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Timeout,
    OrderConflict,
    InFlight,
    HasVerdict,
    RepairUnderWay,
    NotParked,
    NotRunning,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    KeyReused,
    TooManyRequests,
    Internal,
    Unavailable,
    Draining,
    Overloaded,
}

impl Kind {
    /// Status, last part of the type, and title.
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request cannot be read"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "A token is needed"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "The token does not allow this"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not known here")
            }
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "timeout", "The request came too slowly"),
            Self::OrderConflict => (StatusCode::CONFLICT, "order-conflict", "The order id is taken"),
            Self::InFlight => (StatusCode::CONFLICT, "in-flight", "The same request is being worked on"),
            Self::HasVerdict => (StatusCode::CONFLICT, "has-verdict", "The order has ended"),
            Self::RepairUnderWay => (StatusCode::CONFLICT, "repair-under-way", "A repair is under way"),
            Self::NotParked => (StatusCode::CONFLICT, "not-parked", "There is nothing to decide about"),
            Self::NotRunning => (StatusCode::CONFLICT, "not-running", "Nothing runs that could be stopped"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be JSON")
            }
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request cannot be accepted"),
            Self::KeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The key was used before")
            }
            Self::TooManyRequests => {
                (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Requests come too fast")
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available for now"),
            Self::Draining => (StatusCode::SERVICE_UNAVAILABLE, "draining", "No more orders are taken here"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much is under way"),
        }
    }
}

/// A problem that is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    retry_after: Option<u64>,
}

/// A problem as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "urn:amends:problem:order-conflict",
    "title": "The order id is taken",
    "status": 409,
    "detail": "there is another order of this id with another body; a new try needs a new id"
}))]
pub(crate) struct ProblemBody {
    /// The kind of problem: `urn:amends:problem:` and its name.
    r#type: String,
    /// The kind, for people.
    title: &'static str,
    /// The status code of the answer.
    status: u16,
    /// What was wrong in this case, and what to do.
    detail: String,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None }
    }

    /// Says when to ask again.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// There is no order of this id.
    pub(crate) fn no_such_order() -> Self {
        Self::new(Kind::NotFound, "there is no order of this id")
    }
}

impl From<amends_store::StoreError> for Problem {
    fn from(error: amends_store::StoreError) -> Self {
        use amends_store::StoreError as Error;
        // What the store said stays in the log.
        tracing::error!(error = %error, "the store failed");
        match error {
            Error::Unavailable(_) | Error::OutcomeUnknown(_) | Error::Full(_) => Self::new(
                Kind::Unavailable,
                "the store is not available; ask again with the same order id, which never orders twice",
            )
            .retry_after(2),
            Error::Corrupt(_) | Error::Constraint(_) | Error::ReadOnly | Error::RolledBack => {
                Self::new(Kind::Internal, "the request could not be carried out; the log says why")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, name, title) = self.kind.parts();
        let body = ProblemBody {
            r#type: format!("urn:amends:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: self.detail,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind == Kind::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
