//! JSON whose keys stay in the order in which a person reads them.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A JSON value.
#[derive(Debug, Clone)]
pub(super) enum Json {
    True,
    Text(String),
    Count(u64),
    /// A factor in tenths. Always printed with a decimal point: statelint takes `2.0` for BackoffRate, not `2`.
    Tenths(u32),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn texts(texts: &[&str]) -> Self {
        Self::List(texts.iter().map(|text| Self::text(*text)).collect())
    }

    pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Self {
        Self::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// This object with one more field at the end.
    pub(super) fn with(self, key: &str, value: Json) -> Self {
        let Self::Object(mut fields) = self else { panic!("only an object has fields") };
        fields.push((key.to_owned(), value));
        Self::Object(fields)
    }

    /// The text of a file: indented by two, with a newline at the end.
    pub(super) fn file_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("every value here is JSON") + "\n"
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::True => serializer.serialize_bool(true),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Tenths(tenths) => serializer.serialize_f64(f64::from(*tenths) / 10.0),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Object(fields) => {
                let mut object = serializer.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
                object.end()
            }
        }
    }
}
