//! Connections, with limits on how many and how slow.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::Semaphore;

use super::answer::answer;
use super::{Access, Bind};
use crate::service::Service;

/// How long a client may take to say what it wants.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long the head of a request may be.
const HEAD_BYTES: usize = 64 * 1024;

/// Serves the API until `stop` completes; then takes no more connections, and lets requests end for as long as
/// `patience`.
///
/// # Panics
/// When neither token nor key is asked for and the address is not a loopback address.
pub async fn serve(bind: Bind, service: Service, stop: impl Future<Output = ()>, patience: Duration) {
    let is_loopback = bind.address().is_ok_and(|address| address.ip().is_loopback());
    assert!(
        is_loopback || !matches!(bind.access, Access::Loopback),
        "without a token or a key only loopback is served"
    );
    let connections = Arc::new(Semaphore::new(bind.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES).keep_alive(true);
    let Bind { listener, access, sqs, .. } = bind;
    let mut stop = std::pin::pin!(stop);
    loop {
        // A place first: what cannot be served stays in the system's queue.
        let place = tokio::select! {
            place = connections.clone().acquire_owned() => place,
            () = &mut stop => break,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: some are closed soon.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Small answers go out at once; an error means that the connection is gone already.
        drop(stream.set_nodelay(true));
        let (service, access, sqs) = (service.clone(), access.clone(), sqs.clone());
        let respond = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let (service, access, sqs) = (service.clone(), access.clone(), sqs.clone());
            async move {
                let request = request.map(Body::new);
                Ok::<_, std::convert::Infallible>(answer(&service, &access, sqs.as_ref(), request).await)
            }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), respond));
        tokio::spawn(async move {
            // A client that went away or sent nonsense is no concern of ours.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    drop(tokio::time::timeout(patience, graceful.shutdown()).await);
}
