//! What a client still sends when its request has been answered.
//!
//! A request can be refused before its body was read: too large, not allowed, too many. A connection that is closed
//! while bytes arrive is reset, and a client that sends everything before it listens then sees a broken pipe and not
//! the answer. So the rest is read and thrown away first, as far as [`MOST_BYTES`] and [`MOST_TIME`] go.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;

/// How much is thrown away at most.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How long that may take.
const MOST_TIME: Duration = Duration::from_secs(2);

/// A body that comes back if it is dropped before its end.
pub(crate) struct Lent {
    body: Option<Incoming>,
    back: Option<oneshot::Sender<Incoming>>,
    /// Whether the client waits to be told to send (`Expect: 100-continue`), which the first read does.
    waits: bool,
}

/// Where the unread rest of a body comes back.
pub(crate) struct Rest(oneshot::Receiver<Incoming>);

/// Lends a body out.
pub(crate) fn lend(body: Incoming, waits: bool) -> (Lent, Rest) {
    let (back, rest) = oneshot::channel();
    (Lent { body: Some(body), back: Some(back), waits }, Rest(rest))
}

impl Rest {
    /// Reads what is left, and throws it away.
    pub(crate) async fn discard(mut self) {
        let Ok(body) = self.0.try_recv() else { return };
        let read = async {
            let mut chunks = axum::body::Body::new(body).into_data_stream();
            let mut seen = 0;
            while let Some(Ok(chunk)) = chunks.next().await {
                seen += chunk.len();
                if seen > MOST_BYTES {
                    break;
                }
            }
        };
        drop(tokio::time::timeout(MOST_TIME, read).await);
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.waits = false;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (Some(body), Some(back)) = (self.body.take(), self.back.take()) else { return };
        if !self.waits && !body.is_end_stream() {
            // Nobody waits for it when the connection is gone.
            drop(back.send(body));
        }
    }
}
