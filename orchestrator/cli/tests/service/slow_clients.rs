//! Clients that are slow, large, many, or gone.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::service::{Service, order};

async fn connect(service: &Service) -> TcpStream {
    TcpStream::connect(service.url.strip_prefix("http://").unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let service = Service::start();
    let mut stream = connect(&service).await;
    let long = format!("GET /health HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    drop(stream.write_all(long.as_bytes()).await);
    let mut answer = String::new();
    drop(tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await.unwrap());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn hundreds_of_clients_that_send_nothing_do_not_keep_others_out_and_are_sent_away() {
    let service = Service::start();
    let mut idle = Vec::new();
    for _ in 0..300 {
        let mut stream = connect(&service).await;
        stream.write_all(b"POST /orders HTTP/1.1\r\nhost: loc").await.unwrap();
        idle.push(stream);
    }
    assert_eq!(service.post("/orders", &order("o-1")).await.0, 201);
    // Ten seconds to send a head.
    let mut byte = [0; 1];
    let gone = tokio::time::timeout(Duration::from_secs(40), idle[0].read(&mut byte)).await.unwrap();
    assert!(matches!(gone, Ok(0) | Err(_)) || byte == *b"H", "{gone:?}");
}

#[tokio::test]
async fn an_order_of_a_client_that_went_away_before_the_answer_is_not_lost() {
    let service = Service::start();
    let body = order("o-1").to_string();
    let head = format!(
        "POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = connect(&service).await;
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    drop(stream);
    // Asked again with the same order: whether the first one arrived or not, it is ordered once.
    let again = loop {
        match service.post("/orders", &order("o-1")).await {
            // The first one is being worked on.
            (409, problem) if problem["type"].as_str().unwrap().ends_with("in-flight") => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            (status, _) => break status,
        }
    };
    assert_eq!(again, 201);
    let (_, shown) = service.get("/orders/o-1?wait=30").await;
    assert_eq!(shown["status"], "completed");
}

#[tokio::test]
async fn too_many_requests_of_one_client_are_refused_with_a_time_to_come_back() {
    let service = Service::start_with(&["--rate", "5"]);
    let mut refused = None;
    for _ in 0..40 {
        let response = reqwest::get(format!("{}/orders", service.url)).await.unwrap();
        if response.status() == 429 {
            refused = Some(response);
            break;
        }
    }
    let refused = refused.expect("forty requests at once are more than ten");
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(service.get("/health").await.0, 200);
}

#[tokio::test]
async fn orders_beyond_what_may_be_under_way_are_refused_early_and_those_accepted_are_kept() {
    let service = Service::start_with(&["--max-open", "3"]);
    let mut accepted = 0;
    let mut shed = 0;
    for number in 0..8 {
        // Down for ever: these stay under way.
        let body = crate::service::order_of(&format!("o-{number}"), "book", "pm_sandbox_down");
        match service.post("/orders", &body).await.0 {
            201 => accepted += 1,
            status => {
                assert_eq!(status, 503);
                shed += 1;
            }
        }
    }
    assert_eq!((accepted, shed), (3, 5));
    assert_eq!(service.get("/orders").await.1["orders"].as_array().unwrap().len(), 3);
}
