//! The classic faults of an endpoint that takes orders, each with a test of its name.

use std::time::Duration;

use amends_client::Status;
use serde_json::{Value, json};

use crate::service::{Service, audit, new_order, order, order_of};

const WAIT: Duration = Duration::from_secs(60);

async fn free(service: &Service, sku: &str) -> u64 {
    let (_, page) = service.get("/products").await;
    let products = page["products"].as_array().unwrap();
    products.iter().find(|product| product["sku"] == sku).unwrap()["free"].as_u64().unwrap()
}

#[tokio::test]
async fn race_on_stock() {
    let service = Service::start();
    let client = service.client();
    let buy = async |number: usize| {
        let id = format!("o-{number}");
        client.start(&new_order(&id, "lamp", "pm_card_visa")).await.unwrap();
        client.wait(&id, WAIT).await.unwrap().status
    };
    let ends = futures_util::future::join_all((0..60).map(buy)).await;
    assert_eq!(ends.iter().filter(|end| **end == Status::Completed).count(), 50);
    assert_eq!(ends.iter().filter(|end| **end == Status::Compensated).count(), 10);
    assert_eq!(free(&service, "lamp").await, 0);
    audit(&service.shop, "data", &[]);
}

#[tokio::test]
async fn order_without_stock_change() {
    let service = Service::start();
    let before = free(&service, "lamp").await;
    service.client().start(&new_order("o-1", "lamp", "pm_card_visa")).await.unwrap();
    service.client().wait("o-1", WAIT).await.unwrap();
    assert_eq!(free(&service, "lamp").await, before - 1);
}

#[tokio::test]
async fn sql_injection() {
    let service = Service::start();
    let nasty = "'; DROP TABLE orders; --";
    let mut body = order("o-1");
    body["customer"]["id"] = json!(nasty);
    body["payment_method"] = json!(nasty);
    assert_eq!(service.post("/orders", &body).await.0, 201);
    body["lines"][0]["sku"] = json!(nasty);
    body["order_id"] = json!("o-2");
    assert_eq!(service.post("/orders", &body).await.0, 422);
    body["order_id"] = json!(nasty);
    assert_eq!(service.post("/orders", &body).await.0, 422);
    let encoded = "%27%3B%20DROP%20TABLE%20orders%3B%20--";
    assert_eq!(service.get(&format!("/orders/{encoded}")).await.0, 404);
    assert_eq!(service.get(&format!("/orders?cursor={encoded}")).await.0, 400);
    let (status, page) = service.get(&format!("/orders?customer_id={encoded}")).await;
    assert_eq!((status, page["orders"].as_array().unwrap().len()), (200, 1));
    assert_eq!(service.get(&format!("/products?cursor={encoded}")).await.0, 200);
}

#[tokio::test]
async fn leaked_internals_and_catch_all_errors() {
    let service = Service::start();
    let http = reqwest::Client::new();
    let at = |path: &str| format!("{}{path}", service.url);
    let json_type = "application/json";
    let check = async |request: reqwest::RequestBuilder, status: u16, kind: &str| {
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{kind}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{kind}");
        assert!(response.headers().contains_key("x-correlation-id"), "{kind}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["type"], format!("urn:amends:problem:{kind}"));
        assert_eq!(problem["status"], status);
        let text = problem.to_string().to_lowercase();
        for inside in ["sqlite", "rusqlite", "select ", "panicked", ".rs", "serde", "store.db", "/tmp"] {
            assert!(!text.contains(inside), "{text}");
        }
    };
    check(http.get(at("/nowhere")), 404, "not-found").await;
    check(http.get(at("/orders/none")), 404, "not-found").await;
    check(http.delete(at("/orders")), 405, "method-not-allowed").await;
    check(http.post(at("/orders")).header("content-type", json_type).body("{"), 400, "malformed").await;
    check(http.post(at("/orders")).body("{}"), 415, "unsupported-media-type").await;
    check(http.post(at("/orders")).json(&json!({})), 422, "invalid").await;
    check(http.get(at("/orders?limit=0")), 400, "malformed").await;
    check(http.get(at("/orders?nonsense=1")), 400, "malformed").await;
    check(http.get(at("/orders/none/events")), 404, "not-found").await;
    let large = vec![b' '; 2 * 1024 * 1024];
    check(http.post(at("/orders")).header("content-type", json_type).body(large), 413, "too-large").await;
    check(http.get(at("/orders")).header("origin", "http://evil.example"), 403, "forbidden").await;
}

#[tokio::test]
async fn no_rollback() {
    let service = Service::start();
    let before = free(&service, "SANDBOX-SYNC-REFUSED").await;
    service.client().start(&new_order("o-1", "SANDBOX-SYNC-REFUSED", "pm_card_visa")).await.unwrap();
    let end = service.client().wait("o-1", WAIT).await.unwrap();
    assert_eq!(end.status, Status::Compensated);
    assert!(end.timeline.iter().any(|moment| moment.of == "charge" && moment.what == "undone"), "{end:?}");
    assert_eq!(free(&service, "SANDBOX-SYNC-REFUSED").await, before);
    audit(&service.shop, "data", &[]);
}

#[tokio::test]
async fn no_validation() {
    let service = Service::start();
    let refused = async |pointer: &str, value: Value| {
        let mut body = order("o-1");
        *body.pointer_mut(pointer).unwrap() = value;
        let (status, problem) = service.post("/orders", &body).await;
        assert_eq!(status, 422, "{pointer}: {problem}");
        assert!(problem["detail"].as_str().unwrap().len() > 10);
    };
    refused("/order_id", json!("a b")).await;
    refused("/customer/email", json!("nobody")).await;
    refused("/lines", json!([])).await;
    refused("/lines/0/quantity", json!(0)).await;
    refused("/lines/0/quantity", json!(-1)).await;
    refused("/lines/0/quantity", json!(1.5)).await;
    refused("/lines/0/sku", json!("unknown")).await;
    refused("/currency", json!("EUR")).await;
    assert_eq!(service.get("/orders").await.1["orders"], json!([]));
}

#[tokio::test]
async fn two_hundred_for_everything() {
    let service = Service::start();
    assert_eq!(service.post("/orders", &order("o-1")).await.0, 201);
    assert_eq!(service.get("/orders/o-1").await.0, 200);
    assert_eq!(service.post("/orders", &order_of("o-1", "lamp", "pm_card_visa")).await.0, 409);
    assert_eq!(service.post("/orders", &order_of("o-2", "none", "pm_card_visa")).await.0, 422);
    assert_eq!(service.get("/orders/o-2").await.0, 404);
    service.client().start(&new_order("o-3", "book", "pm_sandbox_down")).await.unwrap();
    assert_eq!(service.post("/orders/o-3/cancel", &json!({ "reason": "x" })).await.0, 202);
}

#[tokio::test]
async fn no_confirmation_to_the_customer() {
    let service = Service::start();
    service.client().start(&new_order("o-1", "book", "pm_card_visa")).await.unwrap();
    let end = service.client().wait("o-1", WAIT).await.unwrap();
    let notify = end.steps.iter().find(|step| step.step == "notify").unwrap();
    assert_eq!(notify.status, "done");
    // In the books of whoever sends it, not only in ours.
    audit(&service.shop, "data", &[]);
}

#[tokio::test]
async fn no_logs() {
    let service = Service::start();
    let headers = [("x-correlation-id", "shop-request-7")];
    let response = service.send("/orders", &order("o-1"), &headers).await;
    assert_eq!(response.headers()["x-correlation-id"], "shop-request-7");
    service.client().wait("o-1", WAIT).await.unwrap();
    let log = service.log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let about = |text: &str| lines.iter().filter(|line| line.to_string().contains(text)).count();
    assert!(about("shop-request-7") >= 2, "{log}");
    for what in ["order placed", "reserve_stock", "payment.capture", "notification.send", "saga ended"] {
        let told = lines.iter().any(|line| {
            let line = line.to_string();
            line.contains(what) && line.contains("\"o-1\"")
        });
        assert!(told, "nothing in the log says {what} of o-1: {log}");
    }
    for personal in ["ada@example.com", "pm_card_visa"] {
        assert!(!log.contains(personal), "{personal} is in the log");
    }
}
