//! A proxy before the server that cuts a connection at a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is lost of the next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Lose {
    Nothing = 0,
    /// The server never gets it.
    Request = 1,
    /// The server carries it out, and its answer is lost.
    Reply = 2,
}

#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    lose: Arc<AtomicU8>,
}

impl Proxy {
    pub(crate) async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Self { port, lose: Arc::new(AtomicU8::new(Lose::Nothing as u8)) };
        let passing = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(passing.clone().pass(client, server));
            }
        });
        proxy
    }

    /// Says what is lost of the next commit.
    pub(crate) fn lose(&self, what: Lose) {
        self.lose.store(what as u8, Ordering::SeqCst);
    }

    /// The address of a database behind the proxy.
    pub(crate) fn url(&self, direct: &str) -> String {
        let (before, database) = direct.rsplit_once('/').unwrap();
        let (user, _) = before.rsplit_once(':').unwrap();
        format!("{user}:{}/{database}", self.port)
    }

    async fn pass(self, client: TcpStream, server: u16) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let back = tokio::spawn(async move {
            drop(tokio::io::copy(&mut from_server, &mut to_client).await);
        });
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
            let is_commit = bytes[..count].windows(7).any(|window| window == b"COMMIT\0");
            let nothing = Lose::Nothing as u8;
            let lost = if is_commit { self.lose.swap(nothing, Ordering::SeqCst) } else { nothing };
            if lost == Lose::Request as u8 {
                break;
            }
            if lost == Lose::Reply as u8 {
                // Nothing comes back from here on; the server gets the commit and has time to carry it out.
                back.abort();
            }
            if to_server.write_all(&bytes[..count]).await.is_err() || lost != nothing {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                break;
            }
        }
        back.abort();
    }
}
