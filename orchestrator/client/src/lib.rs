//! The client of the order service: start an order, wait for its end, cancel it.
//!
//! A request whose answer was lost is sent again, with the same order and therefore the same key: it never orders twice.
//! What the service has refused is not sent again.
//!
//! ```no_run
//! # async fn example() -> Result<(), amends_client::Error> {
//! use amends_client::{Client, Customer, Line, NewOrder, Status};
//!
//! let client = Client::new("http://127.0.0.1:8080")?;
//! let order = NewOrder {
//!     order_id: "o-1".into(),
//!     customer: Customer { id: "c-1".into(), email: "ada@example.com".into(), phone: None },
//!     currency: "USD".into(),
//!     lines: vec![Line { sku: "MUG-CRAB".into(), quantity: 2 }],
//!     payment_method: "pm_card_visa".into(),
//! };
//! client.start(&order).await?;
//! let order = client.wait("o-1", std::time::Duration::from_secs(60)).await?;
//! assert_eq!(order.status, Status::Completed);
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod operator;
mod order;

pub use client::{Client, Options};
pub use error::Error;
pub use operator::{AuditEntry, AuditPage, BulkRetry, Erased, ParkedPage, ParkedStep, Pruned, WorkItem};
pub use order::{Cancelled, Customer, Line, Moment, Money, NewOrder, Order, Placed, Status, Step};
