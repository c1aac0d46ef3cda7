//! Repair of a saga that got stuck, with the commands that README tells.

use std::time::Duration;

use amends_client::Status;
use serde_json::{Value, json};

use crate::service::{Service, audit, new_order};

async fn stuck(service: &Service, id: &str) {
    let order = new_order(id, "SANDBOX-SYNC-REFUSED", "pm_sandbox_refundFails");
    service.client().start(&order).await.unwrap();
    let end = service.client().wait(id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(end.status, Status::Stuck);
}

fn ask(service: &Service, arguments: &[&str]) -> (i32, Value, String) {
    let output = service.shop.ask("data", arguments);
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), json, String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_order_is_a_work_item_and_each_decision_about_it_is_recorded() {
    let service = Service::start();
    stuck(&service, "o-1").await;
    let (code, item, _) = ask(&service, &["parked", "show", "o-1", "--json"]);
    assert_eq!((code, &item["parked"][0]["step"]), (0, &json!("charge")));
    assert_eq!(item["parked"][0]["held"], "yes");
    assert_eq!(item["parked"][0]["output"]["captured"]["minor"], 1500);
    // It is refused again: the order stays stuck.
    let (code, begun, _) =
        ask(&service, &["parked", "retry", "o-1", "--why", "the bank says it works", "--json"]);
    assert_eq!((code, &begun["execution"]), (0, &json!("o-1-1")));
    service.client().wait("o-1", Duration::from_secs(30)).await.unwrap();
    while service.client().order("o-1").await.unwrap().repairing {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(service.client().order("o-1").await.unwrap().status, Status::Stuck);
    let (code, accepted, _) =
        ask(&service, &["parked", "accept", "o-1", "charge", "--why", "written off", "--json"]);
    assert_eq!((code, &accepted["status"]), (0, &json!("compensated")));
    let (code, _, said) = ask(&service, &["parked", "accept", "o-1", "charge", "--why", "again"]);
    assert_eq!(code, 2);
    assert!(said.contains("not parked"), "{said}");
    let log = service.shop.ask("data", &["audit-log", "--json"]);
    let log = String::from_utf8(log.stdout).unwrap();
    let actions: Vec<Value> =
        log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["action"].clone()).collect();
    assert_eq!(actions, ["retry", "accept"]);
    let shown = service.shop.ask("data", &["show", "o-1"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("not undone, which a person accepts"));
    audit(&service.shop, "data", &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_failed_for_the_same_reason_are_repaired_together_after_a_dry_run() {
    let service = Service::start();
    for id in ["o-1", "o-2"] {
        stuck(&service, id).await;
    }
    let class = service.client().work_item("o-1").await.unwrap().parked[0].error_class.clone();
    let (_, dry, _) =
        ask(&service, &["parked", "retry", "--class", &class, "--dry-run", "--why", "look", "--json"]);
    assert_eq!(dry["orders"], json!(["o-1", "o-2"]));
    assert_eq!(service.get("/audit-log").await.1["entries"], json!([]));
    let (_, begun, _) = ask(&service, &["parked", "retry", "--class", &class, "--why", "it is up", "--json"]);
    assert_eq!(begun["orders"], json!(["o-1", "o-2"]));
    assert_eq!(service.get("/audit-log").await.1["entries"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drained_service_finishes_what_it_has_and_ends() {
    let mut service = Service::start();
    service.client().start(&new_order("o-1", "book", "pm_card_visa")).await.unwrap();
    let (code, _, said) = ask(&service, &["drain", "--why", "deploy"]);
    assert_eq!(code, 0, "{said}");
    let ended = tokio::task::block_in_place(|| service.process.wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    assert!(!service.shop.path("data").join("up.json").exists());
    let report = audit(&service.shop, "data", &[]);
    assert_eq!(report["states"], json!({ "completed": 1 }));
    let (code, _, said) = ask(&service, &["cancel", "o-1", "--why", "x"]);
    assert_eq!(code, 2);
    assert!(said.contains("amends up"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_killed_again_and_again_loses_no_accepted_order() {
    let shop = crate::service::Shop::new();
    let mut accepted = Vec::new();
    for round in 0..4 {
        let service = Service::start_in(shop.clone(), "data", &[]);
        for number in 0..40 {
            let id = format!("o-{round}-{number}");
            let sku = if number % 4 == 0 { "SANDBOX-SYNC-REFUSED" } else { "book" };
            service.client().start(&new_order(&id, sku, "pm_card_visa")).await.unwrap();
            accepted.push(id);
        }
        service.signal("-KILL");
    }
    let service = Service::start_in(shop.clone(), "data", &[]);
    for id in &accepted {
        let end = service.client().wait(id, Duration::from_secs(120)).await.unwrap();
        assert!(matches!(end.status, Status::Completed | Status::Compensated), "{id}: {end:?}");
    }
    assert_eq!(service.stop(), 0);
    let report = audit(&shop, "data", &[]);
    assert_eq!(report["states"], json!({ "completed": 120, "compensated": 40 }));
}
