//! Whether executions are traced. It is stored and shown; nothing is sent to a tracing service.

use crate::api_error::ApiError;
use crate::request::Fields;

/// The field `tracingConfiguration`: whether it is enabled, if it is there.
pub(crate) fn read_tracing(fields: &Fields<'_>) -> Result<Option<bool>, ApiError> {
    let Some(given) = fields.object("tracingConfiguration")? else { return Ok(None) };
    Ok(Some(given.flag("enabled")?.unwrap_or(false)))
}
