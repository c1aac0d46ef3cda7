//! `amends run --workers lambda`: the order saga over the Step Functions API, with the steps in Lambda functions. What
//! comes of it is what comes of it with workers in the process, whatever is killed, and whichever kind goes on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::shop::{Shop, counts, lines, of_every_outcome, order};

/// The workers' program, which cargo puts beside `amends` when it builds the workspace.
fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_amends")).with_file_name("amends-workers-lambda");
    assert!(program.is_file(), "build {} first: cargo build -p amends-workers-lambda", program.display());
    program
}

fn with_lambda(shop: &Shop) -> Command {
    let mut command = shop.run_command();
    command.args(["--workers", "lambda", "--lambda-program"]).arg(program());
    command
}

fn orders() -> String {
    lines(of_every_outcome(90))
}

/// How the orders end with workers in the process.
fn expected() -> [u64; 5] {
    let shop = Shop::new();
    shop.write_orders(orders());
    counts(&shop.run().0)
}

fn finish(shop: &Shop) {
    let output = with_lambda(shop).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let summary = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    assert_eq!(output.status.code(), Some(3), "{summary}{stderr}");
    assert_eq!(counts(&summary), expected(), "{stderr}");
    let report = shop.audit();
    assert_eq!((report["sagas"].as_u64(), report["open"].as_u64()), (Some(90), Some(0)));
}

#[test]
fn orders_end_as_they_do_with_workers_in_the_process() {
    let shop = Shop::new();
    shop.write_orders(orders());
    finish(&shop);
    // Executions are found by the commands that look, and the functions have answered them.
    let history: Value = serde_json::from_slice(&shop.ask(&["history", "o-1", "--json"]).stdout).unwrap();
    let events =
        history.as_array().unwrap().iter().flat_map(|execution| execution["events"].as_array().unwrap());
    let failed = events.filter(|event| event["type"] == "TaskFailed");
    let causes: Vec<Value> = failed
        .map(|event| {
            let details = &event["taskFailedEventDetails"];
            assert_eq!(details["error"], "Saga.Rejected");
            serde_json::from_str(details["cause"].as_str().unwrap()).unwrap()
        })
        .collect();
    assert!(!causes.is_empty() && causes.iter().all(|cause| cause["errorType"] == "Saga.Rejected"));
}

#[test]
fn killed_at_any_moment_either_kind_of_workers_goes_on() {
    let shop = Shop::new();
    shop.write_orders(orders());
    for round in 1..=10_u64 {
        let mut command = if round % 3 == 0 { shop.run_command() } else { with_lambda(&shop) };
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // No moment matters in itself: the times only spread the kills over the work.
        std::thread::sleep(Duration::from_millis(150 + round * 40));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    finish(&shop);
}

/// The processes that a process has started, on whatever thread.
fn children_of(process: u32) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let children = threads.map(|thread| std::fs::read_to_string(thread.path().join("children")));
    children
        .flat_map(|ids| ids.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn functions_that_are_killed_are_tried_again() {
    let shop = Shop::new();
    shop.write_orders(lines((0..40).map(|n| order(&format!("o-{n}"), "book", "pm_card_visa"))));
    let mut command = with_lambda(&shop);
    let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut killed = 0;
    for _ in 0..6 {
        std::thread::sleep(Duration::from_millis(100));
        for child in children_of(run.id()).iter().step_by(3) {
            killed += usize::from(Command::new("kill").args(["-9", child]).status().unwrap().success());
        }
    }
    assert!(killed > 0, "no function was running");
    let output = run.wait_with_output().unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(counts(&summary), [40, 40, 0, 0, 0], "{stderr}");
    shop.audit();
}

#[test]
fn without_the_program_it_says_how_to_build_it() {
    let shop = Shop::new();
    shop.write_orders(orders());
    let mut command = shop.run_command();
    let output = command.args(["--workers", "lambda", "--lambda-program", "nowhere"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("cargo build --release -p amends-workers-lambda"), "{stderr}");
}
