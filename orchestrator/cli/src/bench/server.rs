//! `amends engine` as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use amends_aws::{AccessKey, AwsSettings, AwsStepFunctions};

use crate::failure::Failure;

/// The engine's defaults.
const ACCOUNT: &str = "111111111111";
const REGION: &str = "us-east-1";

/// A running engine. It is killed when this is dropped.
pub(super) struct EngineServer {
    child: Child,
    url: String,
    /// How long it took until it answered.
    pub(super) start: Duration,
}

impl EngineServer {
    /// Starts this very program on that directory, and waits until it says where it listens.
    pub(super) fn start(dir: &Path) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(Failure::failed)?;
        let mut command = Command::new(program);
        command.args(["engine", "--listen", "127.0.0.1:0", "--data"]).arg(dir);
        let began = Instant::now();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(Failure::failed)?;
        let mut url = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut url).map_err(Failure::failed)?;
        }
        let server = Self { child, url: url.trim().to_owned(), start: began.elapsed() };
        if server.url.is_empty() {
            return Err(Failure::Failed("the engine ended before it answered".to_owned()));
        }
        Ok(server)
    }

    /// A client as AWS's would be.
    pub(super) async fn client(&self) -> AwsStepFunctions {
        let key = Some(AccessKey::new("bench", "bench"));
        let settings = AwsSettings { endpoint: Some(self.url.clone()), region: Some(REGION.to_owned()), key };
        AwsStepFunctions::connect(&settings, ACCOUNT, REGION).await
    }

    /// Its resident memory in bytes; 0 where it is not known.
    pub(super) fn memory_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|size| size.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        kib.unwrap_or(0) * 1024
    }
}

impl Drop for EngineServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
