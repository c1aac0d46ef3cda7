//! The recorded cases, over the wire: `amends engine` as the corpus's own runner sees it, with boto3, and with an emulator
//! for SQS.
//!
//! The cases are kept beside this repository, or where `AMENDS_CONFORMANCE` says; without them nothing is checked, and the
//! test says so. What is not exact is listed in `conformance_not_yet.txt` with its reason, and the list is checked in both
//! directions.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::engine::Engine;
use crate::service::tools;

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn moto(port: u16) -> Process {
    let program = tools().join("venv/bin/moto_server");
    let mut command = Command::new(&program);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Process(child.unwrap_or_else(|error| panic!("{} ({error}): `.ci/test` installs it", program.display())))
}

/// An engine whose functions and queues are at these ports.
fn engine(dir: &Path, lambda: u16, sqs: u16) -> Engine {
    Engine::with(dir, |command| {
        command.args(["--lambda-endpoint", &format!("http://127.0.0.1:{lambda}")]);
        command.args(["--sqs-endpoint", &format!("http://127.0.0.1:{sqs}")])
    })
}

fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = std::env::var_os("AMENDS_CONFORMANCE").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if folder.join("run.py").is_file() {
        return Some(folder);
    }
    // Not by eprintln!, which the test harness keeps to itself when a test passes.
    let place = folder.display();
    let _ = writeln!(std::io::stderr(), "NOT RUN: no conformance cases in {place} (set AMENDS_CONFORMANCE)");
    None
}

/// Case and reason.
fn not_yet() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("conformance_not_yet.txt").lines();
    let lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(" | ").unwrap_or_else(|| panic!("no reason: {line}"))).collect()
}

#[test]
fn the_wire_answers_as_step_functions_was_recorded_to() {
    let Some(corpus) = corpus() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (lambda, sqs) = (free_port(), free_port());
    let _moto = moto(sqs);
    let engine = engine(&dir.path().join("data"), lambda, sqs);
    // The runner's exit code says whether every case was exact, which is for the list to say.
    let run = |cases: &Path| -> Vec<Value> {
        let results = dir.path().join("results.json");
        let mut runner = Command::new(tools().join("venv/bin/python"));
        runner.arg(corpus.join("run.py")).args([
            "--endpoint-url",
            &engine.url,
            "--jobs",
            "16",
            "--timeout",
            "45",
        ]);
        runner.args(["--lambda-port", &lambda.to_string()]).arg("--cases").arg(cases);
        let output = runner.arg("--json").arg(&results).output().unwrap();
        let text = std::fs::read_to_string(&results)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        std::fs::remove_file(&results).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let mut results = run(&corpus.join("cases"));
    assert!(results.len() > 500, "the runner ran {} cases", results.len());
    let own = run(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../state-machines/conformance")));
    assert!(own.len() > 5, "the runner ran {} of our own cases", own.len());
    results.extend(own);
    let mut not_yet = not_yet();
    let mut wrong = Vec::new();
    for result in &results {
        let (case, verdict) = (result["case"].as_str().unwrap(), result["verdict"].as_str().unwrap());
        match (verdict, not_yet.remove(case)) {
            ("exact", None) | ("outcome" | "failed", Some(_)) => {}
            ("exact", Some(reason)) => wrong.push(format!("{case}: is exact, and listed as: {reason}")),
            (verdict, None) => wrong.push(format!("{case}: {verdict}: {}", result["diffs"])),
            (verdict, Some(reason)) => wrong.push(format!("{case}: {verdict}, and listed as: {reason}")),
        }
    }
    wrong.extend(not_yet.keys().map(|case| format!("conformance_not_yet.txt: there is no case {case}")));
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), results.len(), wrong.join("\n"));
}
