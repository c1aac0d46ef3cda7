//! A shop in a temporary directory, and the binary to run on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Products that every test can sell.
pub(crate) const PRODUCTS: &str = "sku,name,price_minor,currency,stock
book,A book,1999,USD,1000000
lamp,The last lamps,8900,USD,50
tee,A shirt,1790,EUR,1000
dear,Too dear,9000000000000000,USD,1000000
SANDBOX-SYNC-REFUSED,Refused at the last step,1500,USD,1000000
";

/// A temporary directory with orders, products and data.
pub(crate) struct Shop {
    dir: TempDir,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("products.csv"), PRODUCTS).unwrap();
        Self { dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write_orders(&self, text: impl AsRef<[u8]>) {
        std::fs::write(self.path("orders.jsonl"), text).unwrap();
    }

    /// The command `amends run` on this shop.
    pub(crate) fn run_command(&self) -> Command {
        let mut command = amends();
        command.arg("run").arg(self.path("orders.jsonl"));
        command.arg("--products").arg(self.path("products.csv"));
        command.arg("--data").arg(self.path("data")).arg("--json");
        command
    }

    /// Runs the orders; the summary and the exit code.
    pub(crate) fn run(&self) -> (Value, i32, String) {
        let output = self.run_command().output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let summary = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (summary, output.status.code().unwrap(), stderr)
    }

    /// Runs another command on the data directory.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Output {
        amends().args(arguments).arg("--data").arg(self.path("data")).output().unwrap()
    }

    /// Fails unless the audit finds nothing; its report.
    pub(crate) fn audit(&self) -> Value {
        let output = self.ask(&["audit", "--json"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap()
    }
}

pub(crate) fn amends() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
    command.env_remove("AMENDS_DATA");
    command
}

/// The repository's own examples.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// An order that would be accepted.
pub(crate) fn order(id: &str, sku: &str, payment_method: &str) -> Value {
    json!({
        "order_id": id,
        "customer": { "id": "c-1", "email": "secret.address@example.com", "phone": "+1 555 0100" },
        "currency": "USD",
        "lines": [{ "sku": sku, "quantity": 1 }],
        "payment_method": payment_method,
    })
}

/// Orders that end in every way, in turns.
pub(crate) fn of_every_outcome(count: usize) -> Vec<Value> {
    let kinds = [
        ("book", "pm_card_visa"),
        ("book", "pm_card_chargeDeclined"),
        ("SANDBOX-SYNC-REFUSED", "pm_card_visa"),
        ("lamp", "pm_card_visa"),
        ("book", "pm_sandbox_lostReply"),
        ("SANDBOX-SYNC-REFUSED", "pm_sandbox_refundFails"),
    ];
    (0..count).map(|n| order(&format!("o-{n}"), kinds[n % 6].0, kinds[n % 6].1)).collect()
}

/// One line per order.
pub(crate) fn lines(orders: impl IntoIterator<Item = Value>) -> String {
    orders.into_iter().map(|order| format!("{order}\n")).collect()
}

/// The counts of a summary, without its times.
pub(crate) fn counts(summary: &Value) -> [u64; 5] {
    ["orders", "completed", "compensated", "stuck", "rejected"].map(|name| summary[name].as_u64().unwrap())
}
