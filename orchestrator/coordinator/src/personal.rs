//! What is personal in an order, wherever it was copied to.

use amends_store::OrderRow;
use amends_types::Personal;
use serde_json::Value;

/// What stands in the place of something that was erased or is not shown.
const ERASED: &str = "[erased]";

/// Replaces every text that holds something personal of the order. Whoever copied it need not be known: the values are.
pub(crate) fn scrub(value: &mut Value, order: &OrderRow) {
    let customer = &order.customer;
    let personal = [Some(&customer.email), customer.phone.as_ref(), Some(&order.payment_method)];
    let personal: Vec<&str> =
        personal.into_iter().flatten().map(Personal::expose).map(String::as_str).collect();
    scrub_texts(value, &|text| personal.iter().any(|secret| !secret.is_empty() && text.contains(secret)));
}

fn scrub_texts(value: &mut Value, is_personal: &dyn Fn(&str) -> bool) {
    match value {
        Value::String(text) if is_personal(text) => *text = ERASED.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| scrub_texts(item, is_personal)),
        Value::Object(fields) => fields.values_mut().for_each(|field| scrub_texts(field, is_personal)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
