//! The webhook, as a receiver sees it that verifies signatures with the standard's own library.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::service::{Service, Shop, order_of, tools};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Receiver {
    process: Child,
    port: String,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Receiver {
    fn start(secret: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/webhook_receiver.py");
        let python = tools().join("venv/bin/python");
        let mut process = Command::new(&python)
            .arg(script)
            .arg(secret)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} ({error}): `.ci/test` installs it", python.display()));
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap();
        Self { process, port, lines }
    }

    /// The next event: its id, whether it was verified, and its body.
    fn next(&mut self) -> (String, String, Value) {
        let line = self.lines.next().unwrap().unwrap();
        let mut parts = line.splitn(3, ' ').map(str::to_owned);
        let (id, verified) = (parts.next().unwrap(), parts.next().unwrap());
        (id, verified, serde_json::from_str(&parts.next().unwrap()).unwrap())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn start(receiver: &Receiver) -> Service {
    let url = format!("http://127.0.0.1:{}/", receiver.port);
    Service::start_with_env(Shop::new(), &["--webhook", &url], &[("AMENDS_WEBHOOK_SECRET", SECRET)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_is_told_signed_and_again_until_it_is_taken() {
    let mut receiver = Receiver::start(SECRET);
    let service = start(&receiver);
    service.post("/orders", &order_of("o-1", "SANDBOX-SYNC-REFUSED", "pm_card_visa")).await;
    let (first, again) = tokio::task::block_in_place(|| (receiver.next(), receiver.next()));
    assert_eq!(first, again, "the same event, with the same id");
    let (id, verified, body) = first;
    assert!(id.starts_with("end-o-1-"), "{id}");
    assert_eq!(verified, "verified");
    assert_eq!((&body["type"], &body["data"]["order_id"]), (&"order.ended".into(), &"o-1".into()));
    assert_eq!(body["data"]["status"], "compensated");
    let text = body.to_string();
    assert!(!text.contains("ada@example.com") && !text.contains("pm_card_visa"), "{text}");
    assert_eq!(service.stop(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_order_is_an_end_and_an_alarm() {
    let mut receiver = Receiver::start(SECRET);
    let service = start(&receiver);
    let order = order_of("o-1", "SANDBOX-SYNC-REFUSED", "pm_sandbox_refundFails");
    service.post("/orders", &order).await;
    let told = tokio::task::block_in_place(|| [receiver.next(), receiver.next(), receiver.next()]);
    let kinds: Vec<_> = told.iter().map(|(_, _, body)| body["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"alarm.raised") && kinds.contains(&"order.ended"), "{kinds:?}");
    let alarm = told.iter().find(|(_, _, body)| body["type"] == "alarm.raised").unwrap();
    assert_eq!((&alarm.2["data"]["kind"], &alarm.2["data"]["order_id"]), (&"stuck".into(), &"o-1".into()));
    assert!(told.iter().all(|(_, verified, _)| verified == "verified"));
    assert_eq!(service.stop(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_with_another_secret_sees_that_it_is_not_from_us() {
    let mut receiver = Receiver::start("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    let service = start(&receiver);
    service.post("/orders", &order_of("o-1", "book", "pm_card_visa")).await;
    let (_, verified, _) = tokio::task::block_in_place(|| receiver.next());
    assert!(verified.starts_with("refused"), "{verified}");
}
