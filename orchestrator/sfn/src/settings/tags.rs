//! Tags as a request gives them.

use serde::Serialize;

use crate::api_error::ApiError;
use crate::request::{ANY, Fields, Length};

/// The most tags of a resource.
pub(crate) const MAX_TAGS: u32 = 50;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// The field `tags`, if it is there. Of a key that is there twice, the last value counts.
pub(crate) fn read_tags(fields: &Fields<'_>) -> Result<Option<Vec<Tag>>, ApiError> {
    let Some(list) = fields.list("tags", ANY, "Tag")? else { return Ok(None) };
    let tags = list.iter().map(|tag| {
        let key = tag.required_text("key", Length { min: 1, max: 128 })?;
        let value = tag.text("value", Length { min: 0, max: 256 })?.unwrap_or_default();
        Ok(Tag { key, value })
    });
    Ok(Some(tags.collect::<Result<_, ApiError>>()?))
}
