//! Where the API listens.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;
use tokio::net::TcpListener;

use super::Access;
use super::forward::Forward;

/// An address that is taken, and who may ask there.
pub struct Bind {
    pub(super) listener: TcpListener,
    pub(super) access: Access,
    pub(super) sqs: Option<Forward>,
    pub(super) connections: usize,
}

/// How many connections there may be at once, unless said otherwise; more wait.
const MAX_CONNECTIONS: usize = 4_096;

/// Why the API cannot listen.
#[derive(Debug, Error)]
pub enum BindError {
    /// Others than this machine could reach it, and nobody would need a token or a key.
    #[error("{0} can be reached by others: give a token or a key, or listen on 127.0.0.1")]
    NeedsToken(SocketAddr),
    /// Requests for SQS cannot be handed on to this.
    #[error("'{0}' is not the URL of an endpoint: it must begin with http:// or https://")]
    Sqs(String),
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
    /// Takes an address. Without a token or a key it must be a loopback address.
    ///
    /// # Errors
    /// [`BindError`]; nothing listens then.
    pub async fn to(address: SocketAddr, access: Access) -> Result<Self, BindError> {
        if matches!(access, Access::Loopback) && !address.ip().is_loopback() {
            return Err(BindError::NeedsToken(address));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| BindError::Address { address, source })?;
        Ok(Self { listener, access, sqs: None, connections: MAX_CONNECTIONS })
    }

    /// Hands requests for SQS that arrive here on to that URL.
    ///
    /// # Errors
    /// [`BindError::Sqs`].
    pub fn with_sqs(self, url: &str) -> Result<Self, BindError> {
        let forward = Forward::to(url).ok_or_else(|| BindError::Sqs(url.to_owned()))?;
        Ok(Self { sqs: Some(forward), ..self })
    }

    /// Takes no more than so many connections at once.
    pub fn with_connections(self, most: usize) -> Self {
        Self { connections: self.connections.min(most), ..self }
    }

    /// The address, with the port that was given for port 0.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
