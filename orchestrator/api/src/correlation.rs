//! Correlation: every request has an id, which its answer and every line about it in the log carry.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::shared::Shared;

const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");
const TRACE: &str = "traceparent";
/// The most characters of an id that a client chose.
const MOST_CHARACTERS: usize = 128;

/// The id of a request.
pub(crate) fn correlation_id(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(chosen) = text(HEADER.as_str()).filter(|id| is_id(id)) {
        return chosen.to_owned();
    }
    // W3C Trace Context: version-traceid-parentid-flags.
    let trace =
        text(TRACE).and_then(|value| value.split('-').nth(1)).filter(|id| id.len() == 32 && is_id(id));
    trace.map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned)
}

fn is_id(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:".contains(letter);
    (1..=MOST_CHARACTERS).contains(&text.len()) && text.chars().all(is_plain)
}

/// Runs a request in a span with its id, and writes down how it ended. No body, no query, no token is written.
pub(crate) async fn correlate(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let id = correlation_id(request.headers());
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span =
        tracing::info_span!("request", correlation_id = %id, method, route, saga = tracing::field::Empty);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    shared.metrics.answered(&method, &route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, micros, "answered"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_from_the_client_if_it_is_one_and_made_otherwise() {
        let id = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            correlation_id(&headers)
        };
        assert_eq!(id("x-correlation-id", "shop-7"), "shop-7");
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(id("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01")), trace);
        for strange in ["", "a b", "a\"b", &"x".repeat(129)] {
            assert_eq!(id("x-correlation-id", strange).len(), 32);
        }
        assert_ne!(id("host", "x"), id("host", "x"));
    }
}
