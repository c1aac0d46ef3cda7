//! The body of a request, read within limits.

use axum::body::Body;
use futures_util::StreamExt;

use crate::api_error::{ApiError, ErrorCode};

/// How long a request may be: a definition of a mebibyte, Step Functions' quota, as JSON text within JSON.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How much of a longer one is read and thrown away: a client that sends everything before it listens would else see a
/// broken connection and not the answer.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;

/// Reads a body.
///
/// # Errors
/// When it is too long, or does not arrive.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    let (mut bytes, mut seen) = (Vec::new(), 0_usize);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk
            .map_err(|_| ApiError::new(ErrorCode::SerializationException, "The request did not arrive."))?;
        seen = seen.saturating_add(chunk.len());
        if seen > MAX_DISCARDED {
            break;
        }
        if seen <= MAX_BYTES {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > MAX_BYTES {
        let message = format!("The request is longer than {MAX_BYTES} bytes.");
        return Err(ApiError::new(ErrorCode::RequestEntityTooLargeException, message));
    }
    Ok(bytes)
}
