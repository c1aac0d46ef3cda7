//! Where a running process can be reached: a file in its data directory, for the other commands.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// What the file says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) pid: u32,
}

/// Removes the file when it is dropped.
pub(crate) struct Published(PathBuf);

/// Says where this process can be reached.
pub(crate) fn publish(dir: &DataDir, address: SocketAddr) -> Result<Published, Failure> {
    let file = dir.address();
    let address = Address { url: format!("http://{address}"), pid: std::process::id() };
    let text = serde_json::to_string(&address).map_err(Failure::failed)?;
    fs::write(&file, text)
        .map_err(|error| Failure::Failed(format!("cannot write {}: {error}", file.display())))?;
    Ok(Published(file))
}

impl Drop for Published {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}
