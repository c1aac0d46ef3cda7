//! An order service's view: start an order, wait for its end, and say what became of it.
//!
//! `amends up --products examples/products.csv`, and then `cargo run -p amends-examples --bin order -- o-1`.

use std::process::ExitCode;
use std::time::Duration;

use amends_client::{Client, Customer, Error, Line, NewOrder, Status};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    let Some(order_id) = std::env::args().nth(1) else {
        eprintln!("usage: order ORDER_ID [URL]");
        return Ok(ExitCode::from(2));
    };
    let url = std::env::args().nth(2).unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let client = Client::new(&url)?;
    let order = NewOrder {
        order_id: order_id.clone(),
        customer: Customer { id: "c-1".into(), email: "ada@example.com".into(), phone: None },
        currency: "USD".into(),
        lines: vec![Line { sku: "MUG-CRAB".into(), quantity: 1 }],
        payment_method: "pm_card_visa".into(),
    };
    // Safe to repeat, here and by a program that was restarted: the same order is ordered once.
    let placed = client.start(&order).await?;
    println!("{order_id} {}", if placed.before { "was placed before" } else { "is placed" });
    let end = client.wait(&order_id, Duration::from_secs(60)).await?;
    for moment in &end.timeline {
        println!("{}  {:<24} {}", moment.at, moment.of, moment.what);
    }
    Ok(match end.status {
        Status::Completed => ExitCode::SUCCESS,
        Status::Running | Status::Unwinding | Status::Compensated | Status::Stuck => ExitCode::FAILURE,
    })
}
