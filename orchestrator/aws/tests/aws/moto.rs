//! moto, an emulator of AWS in Python: <https://docs.getmoto.org>.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use amends_aws::AwsSettings;

/// A moto server that ends with this.
pub(crate) struct Moto {
    process: Child,
    endpoint: String,
}

impl Moto {
    pub(crate) async fn start() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = tools().join("venv/bin/moto_server");
        let process = Command::new(&program)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} ({error}): `.ci/test` installs it", program.display()));
        let moto = Self { process, endpoint: format!("http://127.0.0.1:{port}") };
        let client = reqwest::Client::new();
        // It answers once it listens; and only with this it really executes state machines.
        let config = r#"{"stepfunctions": {"execute_state_machine": true}}"#;
        for _ in 0..300 {
            let asked = client.post(format!("{}/moto-api/config", moto.endpoint)).body(config);
            if asked.send().await.is_ok_and(|answer| answer.status().is_success()) {
                return moto;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("moto does not listen on {}", moto.endpoint);
    }

    pub(crate) fn settings(&self) -> AwsSettings {
        AwsSettings { endpoint: Some(self.endpoint.clone()), ..crate::engine::settings() }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn tools() -> PathBuf {
    if let Some(tools) = std::env::var_os("AMENDS_TEST_TOOLS") {
        return tools.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    cache.unwrap_or_else(home).join("amends/tools")
}
