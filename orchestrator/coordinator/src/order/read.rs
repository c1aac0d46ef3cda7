//! Reads an order from JSON.
//!
//! Errors name the field and what is wrong with it. They repeat no value: a value may be personal, or a megabyte long.

use std::str::FromStr;

use amends_store::{Customer, OrderLine, OrderRow, OrderStatus};
use amends_types::{Currency, Personal, SagaId, Sha256Hex, Timestamp};
use email_address::{EmailAddress, Options};
use serde_json::{Value, json};
use thiserror::Error;

use super::fields::Fields;
use super::json;
use crate::Placing;

/// The most lines of an order.
const MOST_LINES: usize = 1000;
/// The most of one line.
const MOST_QUANTITY: u32 = 10_000;
/// The most characters of a name or token that somebody else chose.
const MOST_CHARACTERS: usize = 200;
/// The most characters of an e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MOST_EMAIL_CHARACTERS: usize = 254;

/// Why an order is not accepted. For the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct InvalidOrder {
    reason: String,
    unreadable: bool,
}

impl InvalidOrder {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), unreadable: false }
    }

    /// Whether it cannot even be read as JSON.
    pub const fn is_unreadable(&self) -> bool {
        self.unreadable
    }
}

/// An order that could be accepted, if the catalogue has what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The order's id, which becomes its saga's.
    pub id: SagaId,
    /// Who orders.
    pub customer: Customer,
    /// The currency of all lines.
    pub currency: Currency,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
    /// The payment provider's token.
    pub payment_method: Personal<String>,
}

impl NewOrder {
    /// Reads an order from a JSON text.
    ///
    /// # Errors
    /// [`InvalidOrder`] with the first thing that is wrong.
    pub fn from_json(text: &[u8]) -> Result<Self, InvalidOrder> {
        let value = json::read(text).map_err(|reason| InvalidOrder { reason, unreadable: true })?;
        let mut order = Fields::of("the order", value)?;
        let id = order.text("order_id", SagaId::MAX_CHARACTERS)?;
        let id = id.parse().map_err(|error| InvalidOrder::new(format!("order_id {error}")))?;
        let customer = read_customer(order.take("customer")?)?;
        let currency = order.text("currency", MOST_CHARACTERS)?;
        let currency = currency.parse().map_err(|error| InvalidOrder::new(format!("currency is {error}")))?;
        let lines = read_lines(order.take("lines")?)?;
        let payment_method = Personal::new(order.text("payment_method", MOST_CHARACTERS)?);
        order.end()?;
        Ok(Self { id, customer, currency, lines, payment_method })
    }

    /// The fingerprint of what the order says, however it was written.
    pub fn sha256(&self) -> Sha256Hex {
        let lines: Vec<Value> =
            self.lines.iter().map(|line| json!({ "sku": line.sku, "quantity": line.quantity })).collect();
        Sha256Hex::of_json(&json!({
            "order_id": self.id,
            "customer": {
                "id": self.customer.id,
                "email": self.customer.email.expose(),
                "phone": self.customer.phone.as_ref().map(Personal::expose),
            },
            "currency": self.currency,
            "lines": lines,
            "payment_method": self.payment_method.expose(),
        }))
    }

    /// The order as a row.
    pub(crate) fn into_row(self, body_sha256: Sha256Hex, placing: &Placing, created: Timestamp) -> OrderRow {
        let key = placing.key.as_ref().filter(|key| key.as_str() != self.id.as_str());
        OrderRow {
            id: self.id,
            body_sha256,
            customer: self.customer,
            currency: self.currency,
            lines: self.lines,
            payment_method: self.payment_method,
            status: OrderStatus::Received,
            priced: Vec::new(),
            total: None,
            created,
            idempotency_key: key.cloned(),
            placed_by: placing.actor.clone(),
            erased: None,
        }
    }
}

fn read_customer(value: Value) -> Result<Customer, InvalidOrder> {
    let mut customer = Fields::of("the customer", value)?;
    let id = customer.text("id", MOST_CHARACTERS)?;
    let email = customer.text("email", MOST_EMAIL_CHARACTERS)?;
    let phone = customer.optional_text("phone", MOST_CHARACTERS)?;
    customer.end()?;
    if !is_usable_email(&email) {
        return Err(InvalidOrder::new("email of the customer is not a usable e-mail address"));
    }
    Ok(Customer { id, email: Personal::new(email), phone: phone.map(Personal::new) })
}

/// An address that mail can be sent to from here: nothing but the address, at a domain with a dot.
fn is_usable_email(text: &str) -> bool {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    EmailAddress::parse_with_options(text, options).is_ok() && EmailAddress::from_str(text).is_ok()
}

fn read_lines(value: Value) -> Result<Vec<OrderLine>, InvalidOrder> {
    let Value::Array(lines) = value else {
        return Err(InvalidOrder::new("lines of the order must be an array"));
    };
    if lines.is_empty() || lines.len() > MOST_LINES {
        let count = lines.len();
        return Err(InvalidOrder::new(format!("lines of the order must be 1 to {MOST_LINES}, are {count}")));
    }
    lines.into_iter().map(read_line).collect()
}

fn read_line(value: Value) -> Result<OrderLine, InvalidOrder> {
    let mut line = Fields::of("a line", value)?;
    let sku = line.text("sku", MOST_CHARACTERS)?;
    let quantity = line.whole_number("quantity", 1, MOST_QUANTITY)?;
    line.end()?;
    Ok(OrderLine { sku, quantity })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({
            "order_id": "o-1",
            "customer": { "id": "c-1", "email": "ada@example.com", "phone": "+1 555 0100" },
            "currency": "USD",
            "lines": [{ "sku": "book", "quantity": 2 }],
            "payment_method": "pm_card_visa",
        })
    }

    fn read(value: &Value) -> Result<NewOrder, InvalidOrder> {
        NewOrder::from_json(value.to_string().as_bytes())
    }

    #[test]
    fn an_order_is_read_and_its_phone_is_optional() {
        assert_eq!(read(&good()).unwrap().lines[0].quantity, 2);
        let (mut null, mut absent) = (good(), good());
        null["customer"]["phone"] = Value::Null;
        absent["customer"].as_object_mut().unwrap().remove("phone");
        for order in [null, absent] {
            assert_eq!(read(&order).unwrap().customer.phone, None);
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_no_value_is_repeated() {
        let check = |pointer: &str, value: Value, expected: &str| {
            let mut order = good();
            *order.pointer_mut(pointer).unwrap() = value;
            let error = read(&order).unwrap_err().to_string();
            assert!(error.contains(expected), "{pointer}: {error:?} should mention {expected:?}");
            assert!(error.len() < 200, "{error}");
        };
        check("/order_id", json!("a b"), "order_id may hold only");
        check("/order_id", json!("x".repeat(65)), "1 to 64 characters, has 65");
        check("/order_id", json!(7), "order_id of the order must be a string");
        check("/customer", json!([]), "the customer must be an object");
        check("/customer/email", json!("ada"), "usable e-mail");
        check("/customer/email", json!("ada@localhost"), "usable e-mail");
        check("/customer/email", json!("Ada <ada@example.com>"), "usable e-mail");
        check("/customer/email", json!("ada@example.com\r\nBcc: b@example.com"), "control characters");
        check("/customer/id", json!("x".repeat(1_000_000)), "has 1000000");
        check("/customer/id", json!("a\u{0}b"), "control characters");
        check("/currency", json!("usd"), "ISO 4217");
        check("/lines", json!([]), "1 to 1000, are 0");
        check("/lines", json!(vec![json!({}); 1001]), "are 1001");
        check("/lines", json!({}), "must be an array");
        for quantity in
            [json!(0), json!(-1), json!(10_001), json!(1.5), json!("2"), json!(1e300), json!(null)]
        {
            check("/lines/0/quantity", quantity, "whole number from 1 to 10000");
        }
        check("/payment_method", json!(""), "1 to 200 characters");
    }

    #[test]
    fn missing_and_unknown_fields_are_named() {
        for field in ["order_id", "customer", "currency", "lines", "payment_method"] {
            let mut order = good();
            order.as_object_mut().unwrap().remove(field);
            assert!(
                read(&order).unwrap_err().to_string().contains(&format!("{field} of the order is missing"))
            );
        }
        for place in ["", "/customer", "/lines/0"] {
            let mut order = good();
            order.pointer_mut(place).unwrap()["price_minor"] = json!(1);
            assert!(read(&order).unwrap_err().to_string().contains("\"price_minor\" that is not known"));
        }
    }

    #[test]
    fn malformed_json_is_refused_without_quoting_it() {
        let check = |text: &[u8], expected: &str| {
            let error = NewOrder::from_json(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error:?} should mention {expected:?}");
            assert!(!error.contains("secret"), "{error}");
        };
        check(b"", "not readable as JSON");
        check(b"{\"secret\": ", "it ends at column");
        check(b"{\"secret\": \"a\", \"secret\": \"b\"}", "occurs twice");
        check(b"{\"order_id\": \"\xff secret\"}", "not readable as JSON");
        check(b"{\"order_id\": 1e999}", "not readable as JSON");
        check(b"\0\0\0", "not readable as JSON");
        check(b"[]", "the order must be an object");
        check(&[b'['; 100_000], "not readable as JSON");
    }

    #[test]
    fn the_fingerprint_depends_on_what_is_said_not_on_how() {
        let order = read(&good()).unwrap();
        let spaced = serde_json::to_vec_pretty(&good()).unwrap();
        assert_eq!(order.sha256(), NewOrder::from_json(&spaced).unwrap().sha256());
        let mut other = good();
        other["lines"][0]["quantity"] = json!(3);
        assert_ne!(order.sha256(), read(&other).unwrap().sha256());
    }
}
