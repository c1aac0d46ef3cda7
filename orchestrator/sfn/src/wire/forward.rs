//! Requests for SQS that arrive here: handed on to where SQS is, so that a client with one endpoint for all of AWS finds
//! both. (The SDKs and the AWS CLI name the service in the request's target.)

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use reqwest::{Client, Url};

use crate::api_error::{ApiError, ErrorCode};

/// What a target of SQS begins with.
const TARGET: &str = "AmazonSQS.";

/// Where SQS is.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    url: Url,
    client: Client,
}

impl Forward {
    pub(super) fn to(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        Some(Self { url, client: Client::new() })
    }

    /// Whether it is for SQS.
    pub(super) fn takes(headers: &HeaderMap) -> bool {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        target.is_some_and(|target| target.starts_with(TARGET))
    }

    /// Hands a request on.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub(super) async fn answer(
        &self,
        headers: &HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response<Body>, ApiError> {
        let silent = |_| ApiError::new(ErrorCode::ServiceUnavailable, "SQS does not answer.");
        let mut request = self.client.post(self.url.clone()).body(body);
        let passed =
            [header::CONTENT_TYPE.as_str(), header::AUTHORIZATION.as_str(), "x-amz-target", "x-amz-date"];
        for name in passed.into_iter().chain(["x-amz-security-token", "x-amzn-query-mode"]) {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.map_err(silent)?;
        let (status, theirs) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(Body::from(answer.bytes().await.map_err(silent)?));
        *response.status_mut() = StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        for (name, value) in &theirs {
            let is_passed = name == header::CONTENT_TYPE || name.as_str().starts_with("x-amz");
            if let (true, Ok(value)) = (is_passed, HeaderValue::from_bytes(value.as_bytes())) {
                response.headers_mut().insert(name.clone(), value);
            }
        }
        Ok(response)
    }
}
