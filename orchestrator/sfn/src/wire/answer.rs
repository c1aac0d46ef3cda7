//! One request and its answer.
//!
//! The action is in the header `X-Amz-Target`. A web page that somebody on this machine looks at cannot send that header
//! to another origin without being allowed to, which it is not.

use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;
use uuid::Uuid;

use super::forward::Forward;
use super::{Access, body};
use crate::api_error::{ApiError, ErrorCode};
use crate::service::Service;

/// What a target begins with.
const TARGET: &str = "AWSStepFunctions.";
const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
/// How long a request may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Answers a request.
pub(super) async fn answer(
    service: &Service,
    access: &Access,
    sqs: Option<&Forward>,
    request: Request<Body>,
) -> Response<Body> {
    let id = Uuid::new_v4().to_string();
    let answered = match sqs.filter(|_| Forward::takes(request.headers())) {
        None => act(service, access, request).await,
        Some(sqs) => match hand_on(service, sqs, access, request).await {
            Ok(response) => return response,
            Err(error) => Err(error),
        },
    };
    let (status, text) = match &answered {
        Ok(answer) => (200, answer.to_string()),
        Err(error) => (error.status(), error.body().to_string()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// The request, from somebody who may ask.
async fn read(
    service: &Service,
    access: &Access,
    request: Request<Body>,
) -> Result<(Parts, Vec<u8>), ApiError> {
    let (head, body) = request.into_parts();
    let read = tokio::time::timeout(BODY_TIME, body::read(body)).await;
    let late = |_| ApiError::new(ErrorCode::SerializationException, "The request did not arrive in time.");
    let body = read.map_err(late)??;
    access.check(&head, &body, service.now())?;
    Ok((head, body))
}

async fn hand_on(
    service: &Service,
    sqs: &Forward,
    access: &Access,
    request: Request<Body>,
) -> Result<Response<Body>, ApiError> {
    let (head, body) = read(service, access, request).await?;
    sqs.answer(&head.headers, body).await
}

async fn act(service: &Service, access: &Access, request: Request<Body>) -> Result<Value, ApiError> {
    let (head, body) = read(service, access, request).await?;
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let action = target.and_then(|target| target.strip_prefix(TARGET));
    let Some(action) = action.filter(|_| head.method == Method::POST && head.uri.path() == "/") else {
        return Err(ApiError::new(ErrorCode::UnknownOperationException, ""));
    };
    // A client may go away in the middle; what it began is done to its end all the same.
    let (service, action) = (service.clone(), action.to_owned());
    let acted = tokio::spawn(async move { service.answer(&action, &body).await });
    acted.await.unwrap_or_else(|panic| Err(ApiError::internal(panic)))
}
