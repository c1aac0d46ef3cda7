//! Reading a body: JSON, not too large, and not too slowly.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;

use crate::Limits;
use crate::problem::{Kind, Problem};

/// Reads a JSON body.
pub(crate) async fn read_json(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "send JSON, with the header Content-Type: application/json";
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    read(headers, body, limits).await
}

/// Reads a JSON body that may be absent.
pub(crate) async fn read_optional_json(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, Problem> {
    if headers.contains_key(header::CONTENT_TYPE) {
        return read_json(headers, body, limits).await.map(Some);
    }
    match read(headers, body, limits).await?.is_empty() {
        true => Ok(None),
        false => Err(Problem::new(
            Kind::UnsupportedMediaType,
            "send JSON, with the header Content-Type: application/json, or no body",
        )),
    }
}

async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let most = limits.body_bytes;
    let too_large = || Problem::new(Kind::TooLarge, format!("a body may have at most {most} bytes"));
    let told =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let read = async {
        let mut bytes = Vec::new();
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Problem::new(Kind::Malformed, "the body ended early"))?;
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let seconds = limits.body_time.as_secs();
    let late = |_| Problem::new(Kind::Timeout, format!("a body must be sent within {seconds} seconds"));
    tokio::time::timeout(limits.body_time, read).await.map_err(late)?
}
