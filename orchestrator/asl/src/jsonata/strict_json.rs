//! JSON as `$parse` takes it: no field may be there twice, and no number be too large.

use std::collections::HashSet;
use std::fmt;

use jsonata_core::value::JValue;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The value of a text, if it is JSON and nothing but.
pub(super) fn parse(text: &str) -> Option<JValue> {
    serde_json::from_str(text).ok().map(|Strict(value)| value)
}

struct Strict(JValue);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = JValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<JValue, E> {
        Ok(JValue::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<JValue, E> {
        Ok(JValue::from(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers are floating point")]
    fn visit_i64<E>(self, number: i64) -> Result<JValue, E> {
        Ok(JValue::from_f64(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers are floating point")]
    fn visit_u64<E>(self, number: u64) -> Result<JValue, E> {
        Ok(JValue::from_f64(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<JValue, E> {
        Ok(JValue::from_f64(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<JValue, E> {
        Ok(JValue::string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JValue, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(JValue::array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<JValue, A::Error> {
        let mut names = HashSet::new();
        let mut fields = Vec::new();
        while let Some((name, Strict(field))) = object.next_entry::<String, _>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom("a field is there twice"));
            }
            fields.push((name, field));
        }
        Ok(JValue::object(fields.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "  ", "x", "1e400", "{\"a\":1}{\"b\":2}", "[1,2] [3]", "{\"a\":{\"b\":1,\"b\":1}}"] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse("{\"a\":1,\"b\":[1,1.5,true,null,\"x\"]}").is_some());
    }
}
