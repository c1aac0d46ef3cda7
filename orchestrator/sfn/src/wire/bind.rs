//! Where the API listens.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;
use tokio::net::TcpListener;

use super::Access;

/// An address that is taken, and who may ask there.
pub struct Bind {
    pub(super) listener: TcpListener,
    pub(super) access: Access,
}

/// Why the API cannot listen.
#[derive(Debug, Error)]
pub enum BindError {
    /// Others than this machine could reach it, and nobody would need a token.
    #[error("{0} can be reached by others: give a token, or listen on 127.0.0.1")]
    NeedsToken(SocketAddr),
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
    /// Takes an address. Without a token it must be a loopback address.
    ///
    /// # Errors
    /// [`BindError`]; nothing listens then.
    pub async fn to(address: SocketAddr, access: Access) -> Result<Self, BindError> {
        if matches!(access, Access::Loopback) && !address.ip().is_loopback() {
            return Err(BindError::NeedsToken(address));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| BindError::Address { address, source })?;
        Ok(Self { listener, access })
    }

    /// The address, with the port that was given for port 0.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
