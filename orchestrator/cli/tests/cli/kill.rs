//! `kill -9` at any moment, again and again: the same command finishes the work, and nothing is ever half done.

use std::process::Stdio;
use std::time::Duration;

use crate::shop::{Shop, counts, lines, of_every_outcome};
use serde_json::Value;

fn orders() -> Vec<Value> {
    of_every_outcome(300)
}

#[test]
fn killed_at_any_moment_the_same_command_finishes_the_work() {
    let expected = {
        let shop = Shop::new();
        shop.write_orders(lines(orders()));
        counts(&shop.run().0)
    };
    let shop = Shop::new();
    shop.write_orders(lines(orders()));
    // No moment matters in itself: the times only spread the kills over the work.
    for round in 1..=12 {
        let mut child = shop.run_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round * 13));
        child.kill().unwrap();
        child.wait().unwrap();
        if shop.path("data/store.db").exists() && shop.path("data/books.db").exists() {
            assert_no_violation(&shop);
        }
    }
    let (summary, code, stderr) = shop.run();
    assert_eq!((counts(&summary), code), (expected, 3), "{stderr}");
    let report = shop.audit();
    assert_eq!((report["sagas"].as_u64(), report["open"].as_u64()), (Some(300), Some(0)));
}

/// A store that was killed before its first commit has no tables yet; any other is audited.
fn assert_no_violation(shop: &Shop) {
    let output = shop.ask(&["audit", "--json"]);
    if let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) {
        let found = report["invariants"].as_array().unwrap().iter();
        let violations: Vec<&Value> = found.filter(|invariant| invariant["violations"] != 0).collect();
        assert!(violations.is_empty(), "{violations:?}");
    } else {
        assert_eq!(output.stdout, b"", "an audit that fails says nothing on stdout");
    }
}

#[test]
fn a_second_process_on_the_same_directory_is_refused() {
    let shop = Shop::new();
    shop.write_orders(lines(orders()));
    let mut first = shop.run_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !shop.path("data/store.db").exists() {
        std::thread::yield_now();
    }
    let (_, code, stderr) = shop.run();
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("another amends works in"), "{stderr}");
    first.wait().unwrap();
    shop.audit();
}
