//! Bodies of operators' requests.

use amends_coordinator::repair::RepairError;
use axum::body::Body;
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::read_json;
use crate::problem::{Kind, Problem};
use crate::shared::Shared;

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "the bank confirmed it" }))]
pub(crate) struct WhyBody {
    /// For the log of decisions; no personal data.
    #[schema(min_length = 1, max_length = 1024)]
    pub(crate) why: String,
}

/// That something was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// What.
    pub(crate) done: String,
}

/// Reads a body of this shape.
pub(crate) async fn body_of<T: DeserializeOwned>(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Problem> {
    read_body(&read_json(headers, body, &shared.limits).await?)
}

/// The shape that a body has.
pub(crate) fn read_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            let detail = "a field is missing, unknown or of the wrong kind; see /openapi.json";
            Problem::new(Kind::Invalid, detail)
        } else {
            Problem::new(Kind::Malformed, "the body is not readable as JSON")
        }
    })
}

/// The most characters of a reason.
pub(crate) const MOST_WHY_CHARACTERS: usize = 1024;

/// A reason that says something, and not too much.
pub(crate) fn why(text: &str) -> Result<&str, Problem> {
    if text.chars().count() > MOST_WHY_CHARACTERS {
        let detail = format!("a reason has at most {MOST_WHY_CHARACTERS} characters");
        return Err(Problem::new(Kind::Invalid, detail));
    }
    match text.trim() {
        "" => Err(Problem::new(Kind::Invalid, "why must say something: the log of decisions keeps it")),
        why => Ok(why),
    }
}

impl From<RepairError> for Problem {
    fn from(error: RepairError) -> Self {
        let detail = error.to_string();
        match error {
            RepairError::NoSuchSaga => Self::no_such_order(),
            RepairError::NoVerdict(_) | RepairError::NotParked(_) | RepairError::Copy => {
                Self::new(Kind::NotParked, detail)
            }
            RepairError::UnderWay => Self::new(Kind::RepairUnderWay, detail).retry_after(5),
            RepairError::Store(error) => error.into(),
        }
    }
}
