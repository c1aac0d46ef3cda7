//! A flash sale: a thousand clients, fifty items.

use std::time::Duration;

use amends_client::Status;
use serde_json::json;

use crate::service::{Service, audit, new_order};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_clients_fifty_get_an_item_and_nobody_else_pays() {
    let service = Service::start();
    let client = service.client();
    let buy = |number: usize| {
        let client = client.clone();
        tokio::spawn(async move {
            let id = format!("o-{number}");
            client.start(&new_order(&id, "lamp", "pm_card_visa")).await.unwrap();
            client.wait(&id, Duration::from_secs(120)).await.unwrap().status
        })
    };
    let mut completed = 0;
    for buyer in (0..1000).map(buy).collect::<Vec<_>>() {
        match buyer.await.unwrap() {
            Status::Completed => completed += 1,
            status => assert_eq!(status, Status::Compensated),
        }
    }
    assert_eq!(completed, 50);
    let report = audit(&service.shop, "data", &[]);
    assert_eq!(report["states"], json!({ "completed": 50, "compensated": 950 }));
}
