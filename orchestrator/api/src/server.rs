//! The server: connections, with limits on how many, how large and how slow.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::header;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::{Api, Auth, unread};

/// Where a server listens.
#[derive(Debug)]
pub struct Bind {
    listener: TcpListener,
}

/// Why a server cannot listen.
#[derive(Debug, Error)]
pub enum BindError {
    /// Others than this machine could reach it, and nobody would need a token.
    #[error(
        "{0} can be reached by others: give tokens (--tokens FILE, made with `amends token`), or listen on 127.0.0.1"
    )]
    NeedsTokens(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

impl Bind {
    /// Takes an address. Without tokens it must be a loopback address.
    ///
    /// # Errors
    /// [`BindError`]; nothing listens then.
    pub async fn to(address: SocketAddr, auth: &Auth) -> Result<Self, BindError> {
        if matches!(auth, Auth::Loopback) && !address.ip().is_loopback() {
            return Err(BindError::NeedsTokens(address));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| BindError::Address { address, source })?;
        Ok(Self { listener })
    }

    /// The address, with the port that was given for port 0.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Serves an API.
pub struct Server {
    api: Api,
    bind: Bind,
}

impl Server {
    /// A server of this API, for one that was bound with its authentication.
    ///
    /// # Panics
    /// When the API needs no tokens and the address is not a loopback address.
    pub fn new(api: Api, bind: Bind) -> Self {
        let is_loopback = bind.address().is_ok_and(|address| address.ip().is_loopback());
        assert!(is_loopback || matches!(api.auth, Auth::Tokens(_)), "without tokens only loopback is served");
        Self { api, bind }
    }

    /// Serves until `stop` completes; then takes no more connections, and lets requests end for as long as `patience`.
    pub async fn run(self, stop: impl Future<Output = ()>, patience: Duration) {
        let Self { api, bind } = self;
        let connections = Arc::new(Semaphore::new(api.limits.connections));
        let graceful = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(api.limits.head_time)
            .max_buf_size(api.limits.head_bytes.max(8192))
            .max_headers(api.limits.header_fields)
            .keep_alive(true);
        let mut stop = std::pin::pin!(stop);
        loop {
            // A place first: what cannot be served stays in the system's queue.
            let place = tokio::select! {
                place = connections.clone().acquire_owned() => place,
                () = &mut stop => break,
            };
            let Ok(place) = place else { break };
            let accepted = tokio::select! {
                accepted = bind.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let Ok((stream, peer)) = accepted else {
                // Out of file descriptors, most likely: some are closed soon.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let connection = graceful.watch(connect(&http, &api, stream, peer));
            tokio::spawn(async move {
                // A client that went away or sent nonsense is no concern of ours.
                drop(connection.await);
                drop(place);
            });
        }
        drop(bind);
        drop(tokio::time::timeout(patience, graceful.shutdown()).await);
    }
}

fn connect(
    http: &http1::Builder,
    api: &Api,
    stream: TcpStream,
    peer: SocketAddr,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<
        hyper::Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    > + use<>,
> {
    // Small answers go out at once; an error means that the connection is gone already.
    drop(stream.set_nodelay(true));
    let router = api.router.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let (head, body) = request.into_parts();
        let (body, rest) = unread::lend(body, head.headers.contains_key(header::EXPECT));
        let answer = router.clone().oneshot(hyper::Request::from_parts(head, axum::body::Body::new(body)));
        async move {
            let answer = answer.await;
            rest.discard().await;
            answer
        }
    });
    http.serve_connection(TokioIo::new(stream), service)
}
