//! An SMTP server that someone else wrote, for as long as a test lasts.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, future};

use amends_types::{BoxFuture, Clock, Timestamp};
use serde::Deserialize;

use super::{SmtpNotification, SmtpSettings, SmtpTls};
use crate::notification::suite::{NotificationBench, Situation};
use crate::notification::{Notice, Notification};

/// A message that the server accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) content: String,
}

impl Accepted {
    /// The values of all headers of this name.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let head = self.content.split("\r\n\r\n").next().unwrap();
        let lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines.filter(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    pub(crate) fn body(&self) -> &str {
        self.content.split_once("\r\n\r\n").unwrap().1
    }
}

/// A running server. Killed with this value.
pub(crate) struct SmtpServer {
    process: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    pub(crate) port: u16,
}

impl SmtpServer {
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/notification/smtp/server.py");
        let mut process = Command::new(python())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SMTP server starts");
        let stdin = process.stdin.take().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the SMTP server says its port");
        Self { process, pipes: Mutex::new((stdin, stdout)), port }
    }

    pub(crate) fn accepted(&self) -> Vec<Accepted> {
        let mut pipes = self.pipes.lock().unwrap();
        pipes.0.write_all(b"list\n").unwrap();
        let mut line = String::new();
        pipes.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The interpreter that has aiosmtpd.
fn python() -> PathBuf {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from);
    let cache = || folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    let tools = folder("AMENDS_TEST_TOOLS").or_else(|| cache().map(|cache| cache.join("amends/tools")));
    let python = tools.expect("HOME is set").join("venv/bin/python");
    assert!(python.exists(), "the test tools are missing: run .ci/test, which installs them");
    python
}

/// A clock on which no limit ever passes.
pub(crate) struct NeverLate;

impl Clock for NeverLate {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(future::pending())
    }
}

pub(crate) fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::None,
        credentials: None,
        from: "The Shop <shop@amends.example>".to_owned(),
    }
}

pub(crate) struct SmtpBench {
    pub(crate) server: SmtpServer,
    pub(crate) provider: SmtpNotification,
}

pub(crate) async fn aiosmtpd() -> SmtpBench {
    let server = SmtpServer::start();
    let provider = SmtpNotification::new(settings(server.port), Arc::new(NeverLate)).unwrap();
    SmtpBench { server, provider }
}

impl NotificationBench for SmtpBench {
    fn provider(&self) -> &dyn Notification {
        &self.provider
    }

    fn address(&self, situation: Situation) -> String {
        let domain = match situation {
            Situation::Good => "shop.example",
            Situation::Rejected => "bounce.example",
            Situation::Down => "down.example",
            Situation::LostReply => "lost.example",
        };
        format!("ada.lovelace@{domain}")
    }

    async fn deliveries(&self, notice: &Notice) -> usize {
        let accepted = self.server.accepted();
        let same = |mail: &&Accepted| {
            mail.to == [notice.to.email.expose().clone()]
                && mail.headers("Subject") == [notice.subject.as_str()]
        };
        accepted.iter().filter(same).count()
    }
}
