//! What is answered when, and what is answered again.

use std::time::Duration;

use amends_client::{Error, Status};
use serde_json::json;

use crate::service::{Service, answer, new_order, order, order_of};

#[tokio::test]
async fn a_repeat_is_answered_the_same_and_orders_nothing() {
    let service = Service::start();
    let first = service.send("/orders", &order("o-1"), &[]).await;
    assert_eq!(first.headers()["location"], "/orders/o-1");
    assert!(!first.headers().contains_key("idempotent-replayed"));
    let first = answer(first).await;
    assert_eq!(
        service.client().wait("o-1", Duration::from_secs(30)).await.unwrap().status,
        Status::Completed
    );
    let second = service.send("/orders", &order("o-1"), &[]).await;
    assert_eq!(second.headers()["idempotent-replayed"], "true");
    assert_eq!(answer(second).await, first);
    assert_eq!(first.0, 201);
    let (_, page) = service.get("/orders").await;
    assert_eq!(page["orders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_body_under_a_taken_id_or_key_is_refused() {
    let service = Service::start();
    let key = [("idempotency-key", "\"k-1\"")];
    assert_eq!(service.send("/orders", &order("o-1"), &key).await.status(), 201);
    assert_eq!(service.send("/orders", &order("o-1"), &key).await.status(), 201);
    let (status, problem) = service.post("/orders", &order_of("o-1", "lamp", "pm_card_visa")).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:amends:problem:order-conflict")));
    let (status, problem) = answer(service.send("/orders", &order("o-2"), &key).await).await;
    assert_eq!((status, &problem["type"]), (422, &json!("urn:amends:problem:idempotency-key-reused")));
    // A key defaults to the order's id, so an id is a key that is taken.
    let taken = service.send("/orders", &order("o-3"), &[("idempotency-key", "o-1")]).await;
    assert_eq!(taken.status(), 422);
    for wrong in ["", "a b", &"x".repeat(201)] {
        assert_eq!(service.send("/orders", &order("o-4"), &[("idempotency-key", wrong)]).await.status(), 400);
    }
}

#[tokio::test]
async fn of_many_equal_requests_at_once_one_orders_and_the_others_hear_of_it() {
    let service = Service::start();
    let body = order("o-1");
    let answers = (0..20).map(|_| service.send("/orders", &body, &[]));
    let mut statuses = Vec::new();
    for response in futures_util::future::join_all(answers).await {
        if response.status() == 409 {
            assert_eq!(response.headers()["retry-after"], "1");
        }
        statuses.push(response.status().as_u16());
    }
    assert!(
        statuses.contains(&201) && statuses.iter().all(|status| [201, 409].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(service.get("/orders").await.1["orders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_long_poll_answers_at_the_verdict_and_an_event_stream_ends_with_it() {
    let service = Service::start();
    service.post("/orders", &order("o-1")).await;
    let (status, shown) = service.get("/orders/o-1?wait=30").await;
    assert_eq!((status, &shown["status"]), (200, &json!("completed")));
    let events = reqwest::get(format!("{}/orders/o-1/events", service.url)).await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let text = events.text().await.unwrap();
    let last = text.rsplit("data: ").next().unwrap();
    assert!(text.starts_with("event: status") && last.contains("\"completed\""), "{text}");
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    let again = reqwest::Client::new().get(format!("{}/orders/o-1/events", service.url));
    let again = again.header("last-event-id", id).send().await.unwrap().text().await.unwrap();
    assert!(!again.contains("data:"), "{again}");
}

#[tokio::test]
async fn a_cancel_is_taken_while_the_order_runs_and_too_late_afterwards() {
    let service = Service::start();
    // Charged later than anybody waits: the order is under way for long.
    let client = service.client();
    client.start(&new_order("slow", "book", "pm_sandbox_down")).await.unwrap();
    assert!(!client.cancel("slow", "changed their mind").await.unwrap().was_under_way);
    assert!(client.cancel("slow", "once more").await.unwrap().was_under_way);
    client.start(&new_order("done", "book", "pm_card_visa")).await.unwrap();
    client.wait("done", Duration::from_secs(30)).await.unwrap();
    let late = client.cancel("done", "too late").await;
    assert!(matches!(late, Err(Error::TooLate(_))), "{late:?}");
    assert!(matches!(client.cancel("none", "x").await, Err(Error::NotFound(_))));
    let (_, log) = service.get("/audit-log").await;
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0]["action"], &entries[0]["actor"]), (&json!("cancel"), &json!("loopback")));
}

#[tokio::test]
async fn lists_have_filters_and_pages_that_meet_without_gaps() {
    let service = Service::start();
    let client = service.client();
    for number in 0..7 {
        let method = if number % 3 == 0 { "pm_card_chargeDeclined" } else { "pm_card_visa" };
        client.start(&new_order(&format!("o-{number}"), "book", method)).await.unwrap();
        client.wait(&format!("o-{number}"), Duration::from_secs(30)).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let (_, page) = service.get(&format!("/orders?limit=3{cursor}")).await;
        seen.extend(page["orders"].as_array().unwrap().iter().map(|order| order["order_id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["o-6", "o-5", "o-4", "o-3", "o-2", "o-1", "o-0"]);
    let count = async |query: &str| {
        service.get(&format!("/orders?{query}")).await.1["orders"].as_array().unwrap().len()
    };
    assert_eq!(count("status=compensated").await, 3);
    assert_eq!(count("customer_id=c-1&status=completed").await, 4);
    assert_eq!(count("customer_id=nobody").await, 0);
    assert_eq!(count("created_from=2099-01-01T00:00:00Z").await, 0);
    let (_, products) = service.get("/products?limit=2").await;
    assert_eq!(products["products"][0]["sku"], "SANDBOX-SYNC-REFUSED");
}
