//! A number of seconds, written down or found in the input: `TimeoutSeconds` and `TimeoutSecondsPath`.

use crate::path::Path;
use crate::reader::Reader;

/// The largest number of seconds in a definition, and what Step Functions takes for no limit: a little over three
/// years, longer than an execution may last.
pub(crate) const MAX_SECONDS: u64 = 99_999_999;

/// A number of seconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Seconds {
    /// This many.
    Fixed(u32),
    /// As many as the input says here.
    At(Path),
}

impl Seconds {
    /// Reads `{field}` or `{field}Path`; both at once is an error.
    pub(crate) fn read(reader: &Reader<'_>, field: &'static str, path_field: &'static str) -> Option<Self> {
        let fixed = reader.seconds(field, 1);
        let path = reader.reference_path(path_field);
        if fixed.is_some() && path.is_some() {
            reader.error(&format!("only one of these fields is allowed: [{field}, {path_field}]"));
        }
        fixed.map(Self::Fixed).or(path.map(Self::At))
    }
}
