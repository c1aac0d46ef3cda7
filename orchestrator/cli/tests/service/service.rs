//! A running `amends up`, in a temporary directory, on a port that was free.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use amends_client::{Client, Customer, Line, NewOrder};
use serde_json::{Value, json};
use tempfile::TempDir;

const PRODUCTS: &str = "sku,name,price_minor,currency,stock
book,A book,1999,USD,1000000
lamp,The last lamps,8900,USD,50
SANDBOX-SYNC-REFUSED,Refused at the last step,1500,USD,1000000
";

/// What a shop keeps when its service is killed.
pub(crate) struct Shop {
    dir: TempDir,
}

impl Shop {
    pub(crate) fn new() -> Arc<Self> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("products.csv"), PRODUCTS).unwrap();
        Arc::new(Self { dir })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs another command on the data directory.
    pub(crate) fn ask(&self, data: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.env_remove("AMENDS_DATA").args(arguments).arg("--data").arg(self.path(data));
        command.output().unwrap()
    }
}

/// A service that ends, at the latest, with the test.
pub(crate) struct Service {
    pub(crate) shop: Arc<Shop>,
    pub(crate) url: String,
    pub(crate) process: Child,
    log: String,
}

impl Service {
    pub(crate) fn start() -> Self {
        Self::start_in(Shop::new(), "data", &[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        Self::start_in(Shop::new(), "data", arguments)
    }

    pub(crate) fn start_in(shop: Arc<Shop>, data: &str, arguments: &[&str]) -> Self {
        Self::spawn(shop, data, arguments, &[])
    }

    pub(crate) fn start_with_env(shop: Arc<Shop>, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        Self::spawn(shop, "data", arguments, env)
    }

    fn spawn(shop: Arc<Shop>, data: &str, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        // Requests are made here without the client too.
        drop(rustls::crypto::ring::default_provider().install_default());
        let log = format!("{data}.log");
        let stderr = std::fs::File::options().create(true).append(true).open(shop.path(&log)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.arg("up").args(["--listen", "127.0.0.1:0", "--log", "json"]);
        if !arguments.contains(&"--rate") {
            command.args(["--rate", "100000"]);
        }
        command.arg("--data").arg(shop.path(data)).arg("--products").arg(shop.path("products.csv"));
        command.args(arguments).env_remove("AMENDS_DATA").envs(env.iter().copied()).stdin(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let written = || std::fs::read_to_string(shop.path(&log)).unwrap();
        assert!(url.starts_with("http://"), "amends up does not start: {}", written());
        Self { url: url.trim().to_owned(), process, log, shop }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url).unwrap()
    }

    /// Everything that was logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.shop.path(&self.log)).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(reqwest::get(format!("{}{path}", self.url)).await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.send(path, body, &[]).await).await
    }

    pub(crate) async fn send(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> reqwest::Response {
        let mut request = reqwest::Client::new().post(format!("{}{path}", self.url)).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Ends it as Ctrl-C does; the exit code.
    pub(crate) fn stop(mut self) -> i32 {
        self.signal("-INT");
        self.process.wait().unwrap().code().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where the test tools are: as in `.ci/test`.
pub(crate) fn tools() -> PathBuf {
    if let Some(tools) = std::env::var_os("AMENDS_TEST_TOOLS") {
        return tools.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    cache.or_else(home).expect("HOME is set").join("amends/tools")
}

pub(crate) async fn answer(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

/// An order that is completed.
pub(crate) fn order(id: &str) -> Value {
    order_of(id, "book", "pm_card_visa")
}

pub(crate) fn order_of(id: &str, sku: &str, payment_method: &str) -> Value {
    json!({
        "order_id": id,
        "customer": { "id": "c-1", "email": "ada@example.com" },
        "currency": "USD",
        "lines": [{ "sku": sku, "quantity": 1 }],
        "payment_method": payment_method,
    })
}

pub(crate) fn new_order(id: &str, sku: &str, payment_method: &str) -> NewOrder {
    NewOrder {
        order_id: id.to_owned(),
        customer: Customer { id: "c-1".to_owned(), email: "ada@example.com".to_owned(), phone: None },
        currency: "USD".to_owned(),
        lines: vec![Line { sku: sku.to_owned(), quantity: 1 }],
        payment_method: payment_method.to_owned(),
    }
}

/// Fails unless the audit of a data directory finds nothing; its report.
pub(crate) fn audit(shop: &Shop, data: &str, arguments: &[&str]) -> Value {
    let output = shop.ask(data, &[&["audit", "--json"], arguments].concat());
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert!(output.status.success(), "{report:#}");
    report
}
