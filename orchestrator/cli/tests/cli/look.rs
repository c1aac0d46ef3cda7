//! The commands that look: ls, show, history, audit, asl, completions.

use crate::shop::{Shop, amends, lines, order};
use serde_json::Value;

fn shop() -> Shop {
    let shop = Shop::new();
    shop.write_orders(lines([
        order("good", "book", "pm_card_visa"),
        order("declined", "book", "pm_card_chargeDeclined"),
        order("stuck", "SANDBOX-SYNC-REFUSED", "pm_sandbox_refundFails"),
    ]));
    assert_eq!(shop.run().1, 3);
    shop
}

fn stdout(shop: &Shop, arguments: &[&str]) -> String {
    let output = shop.ask(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn ls_lists_by_status() {
    let shop = shop();
    assert_eq!(stdout(&shop, &["ls"]).lines().count(), 3);
    assert_eq!(stdout(&shop, &["ls", "--limit", "2"]).lines().count(), 2);
    assert_eq!(stdout(&shop, &["ls", "--status", "running"]), "");
    let stuck = stdout(&shop, &["ls", "--status", "stuck", "--json"]);
    let stuck: Value = serde_json::from_str(&stuck).unwrap();
    assert_eq!((&stuck["order_id"], &stuck["status"]), (&"stuck".into(), &"stuck".into()));
}

#[test]
fn show_tells_what_was_done_undone_and_what_is_waited_for() {
    let shop = shop();
    let text = stdout(&shop, &["show", "stuck"]);
    let places: Vec<usize> = [
        "charge                   done",
        "external_inventory_sync  refused: rejected: declined by the provider: sku_refused",
        "unwinds: external_inventory_sync",
        "charge                   parked for a person after 1 attempts to undo it",
        "reserve_stock            undone",
        "order                    stuck",
        "waits for a person: charge could not be undone",
    ]
    .iter()
    .map(|line| text.find(line).unwrap_or_else(|| panic!("{line:?} is not in\n{text}")))
    .collect();
    assert!(places.is_sorted(), "{text}");
    let json: Value = serde_json::from_str(&stdout(&shop, &["show", "good", "--json"])).unwrap();
    assert_eq!(json["status"], "completed");
    assert_eq!(json["steps"].as_array().unwrap().len(), 5);
    assert_eq!(json["waits_for"], Value::Null);
}

#[test]
fn history_has_the_events_that_step_functions_records() {
    let shop = shop();
    let history: Value = serde_json::from_str(&stdout(&shop, &["history", "declined", "--json"])).unwrap();
    let events = history[0]["events"].as_array().unwrap();
    assert_eq!(events[0]["type"], "ExecutionStarted");
    let last = events.last().unwrap();
    assert_eq!(last["type"], "ExecutionFailed");
    assert_eq!(last["executionFailedEventDetails"]["error"], "Saga.Compensated");
    assert!(stdout(&shop, &["history", "declined"]).contains("TaskFailed"));
}

#[test]
fn an_unknown_order_is_said_to_be_unknown() {
    let shop = shop();
    for command in ["show", "history"] {
        let output = shop.ask(&[command, "nobody"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("there is no order nobody"));
        assert_eq!(shop.ask(&[command, "a b"]).status.code(), Some(2));
    }
}

#[test]
fn an_audit_fails_when_the_books_show_what_no_saga_did() {
    let shop = shop();
    let books = rusqlite::Connection::open(shop.path("data/books.db")).unwrap();
    // The books themselves refuse this.
    books.execute("DROP TRIGGER entry_is_never_changed", []).unwrap();
    let changed = books
        .execute("UPDATE entry SET reference = 'nobody' WHERE reference = 'good' AND effect = 'captured'", [])
        .unwrap();
    assert_eq!(changed, 1);
    let output = shop.ask(&["audit", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let invariants = report["invariants"].as_array().unwrap().iter();
    let violated: Vec<&str> =
        invariants.filter(|i| i["violations"] != 0).map(|i| i["id"].as_str().unwrap()).collect();
    assert_eq!(violated, ["S2", "S10", "S16", "S17"]);
    let text = shop.ask(&["audit"]);
    assert!(String::from_utf8(text.stdout).unwrap().contains("S10 violated by good: "));
}

#[test]
fn asl_prints_the_committed_machines() {
    for machine in ["order_saga", "unwind_order_saga"] {
        let output = amends().args(["asl", machine]).output().unwrap();
        let path = crate::shop::examples().join(format!("../state-machines/{machine}.asl.json"));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), std::fs::read_to_string(path).unwrap());
    }
}

#[test]
fn completions_and_help_are_there() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = amends().args(["completions", shell]).output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{shell}");
    }
    let help = String::from_utf8(amends().arg("--help").output().unwrap().stdout).unwrap();
    assert!(help.contains("Exit codes:"), "{help}");
}
