//! Reading orders that nobody has seen before: no bytes make it panic, and no error repeats what it read.

use amends_coordinator::NewOrder;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::world::order;

/// The most bytes of a message: the longest quotes forty characters of a field's name.
const MOST_BYTES: usize = 600;
/// Stands in every text of the JSON that is generated here.
const SECRET: &str = "4242424242424242";

fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| format!("{text}{SECRET}{text}"))
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        "x{0,300}".prop_map(move |long| Value::from(format!("{SECRET}{long}"))),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let fields = proptest::collection::vec((any::<String>(), inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn check(text: &[u8]) -> Result<(), TestCaseError> {
    if let Err(error) = NewOrder::from_json(text) {
        let error = error.to_string();
        prop_assert!(!error.is_empty() && error.len() <= MOST_BYTES, "{} bytes: {error}", error.len());
        prop_assert!(!error.contains(SECRET), "{error}");
        prop_assert!(!error.chars().any(char::is_control), "{error:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic_or_talk(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        check(&bytes)?;
    }

    #[test]
    fn no_json_makes_it_panic_or_repeat_a_value(value in json()) {
        check(value.to_string().as_bytes())?;
    }

    #[test]
    fn an_order_with_one_field_of_any_kind_is_read_or_refused_without_repeating_it(
        field in prop::sample::select(vec![
            "/order_id", "/customer", "/customer/id", "/customer/email", "/currency", "/lines", "/lines/0",
            "/lines/0/sku", "/lines/0/quantity", "/payment_method",
        ]),
        value in json(),
    ) {
        let mut order = order("o");
        *order.pointer_mut(field).unwrap() = value;
        check(order.to_string().as_bytes())?;
    }

    #[test]
    fn an_order_cut_off_anywhere_or_with_a_byte_changed_is_refused_or_read(
        place in 0..200_usize, byte in any::<u8>(),
    ) {
        let mut text = order("o").to_string().into_bytes();
        let place = place % text.len();
        check(&text[..place])?;
        text[place] = byte;
        check(&text)?;
    }
}

#[test]
fn nesting_that_is_too_deep_is_refused() {
    for open in ["[", "{\"a\":"] {
        let text = open.repeat(100_000);
        assert!(NewOrder::from_json(text.as_bytes()).is_err());
    }
}
