//! `QueryLanguage`: in which language a machine, or a state of it, is written.

use crate::reader::Reader;

/// Whether it is JSONata, which is noted as not supported yet.
pub(crate) fn is_jsonata(reader: &Reader<'_>) -> bool {
    match reader.string("QueryLanguage") {
        Some("JSONata") => {
            reader.not_supported_yet("QueryLanguage", "JSONata is");
            true
        }
        None | Some("JSONPath") => false,
        Some(_) => {
            reader.not_among("QueryLanguage", "JSONPath, JSONata");
            false
        }
    }
}
