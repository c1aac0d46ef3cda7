//! Functions behind an Invoke endpoint: `POST URL/2015-03-31/functions/NAME/invocations`, as Lambda's API has it.

use std::time::Duration;

use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_types::BoxFuture;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::answer::{FunctionAnswer, InvokeError};

/// The longest that a function may run (Lambda's own limit), and some time for the way.
const TIME_LIMIT: Duration = Duration::from_secs(15 * 60 + 30);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Invokes functions at an endpoint. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Endpoint {
    url: Url,
    client: Client,
}

/// The endpoint cannot be used.
#[derive(Debug, Error)]
pub enum InvalidEndpoint {
    /// It is no URL that requests can be made to.
    #[error("'{0}' is not the URL of an endpoint: it must begin with http:// or https://")]
    Url(String),
    /// The client cannot be made.
    #[error("requests cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// What Lambda answers when it does not invoke a function.
#[derive(Deserialize)]
struct Refusal {
    #[serde(alias = "message")]
    #[serde(rename = "Message")]
    message: Option<String>,
}

impl Endpoint {
    /// Invokes functions at this URL.
    ///
    /// # Errors
    /// [`InvalidEndpoint`].
    pub fn new(url: &str) -> Result<Self, InvalidEndpoint> {
        let invalid = || InvalidEndpoint::Url(url.to_owned());
        let mut parsed = Url::parse(url).map_err(|_| invalid())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(invalid());
        }
        if !parsed.path().ends_with('/') {
            parsed.set_path(&format!("{}/", parsed.path()));
        }
        let client = Client::builder().timeout(TIME_LIMIT).connect_timeout(CONNECT_LIMIT).build()?;
        Ok(Self { url: parsed, client })
    }

    /// Invokes a function, and waits for its answer.
    ///
    /// # Errors
    /// [`TaskFailure`] as Step Functions names it: the function's own, or Lambda's.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value, TaskFailure> {
        let request =
            self.client.post(self.url_of(function)).header("X-Amz-Invocation-Type", "RequestResponse");
        let answer = request.json(payload).send().await.map_err(|error| unreachable(&error))?;
        let status = answer.status();
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let request = header("x-amzn-RequestId").unwrap_or_else(|| Uuid::new_v4().to_string());
        let (has_failed, code) = (header("X-Amz-Function-Error").is_some(), header("x-amzn-ErrorType"));
        let body = answer.text().await.map_err(|error| unreachable(&error))?;
        if status.is_success() {
            return FunctionAnswer { payload: body, has_failed }.into_result();
        }
        let code =
            code.as_deref().and_then(|code| code.split(':').next()).unwrap_or("ServiceException").to_owned();
        let message = serde_json::from_str(&body).ok().and_then(|refusal: Refusal| refusal.message);
        Err(InvokeError { code, message: message.unwrap_or_default(), status: status.as_u16(), request }
            .into())
    }

    fn url_of(&self, function: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["2015-03-31", "functions", function, "invocations"]);
        }
        url
    }
}

/// What went wrong, without the URL: it may have credentials in it.
fn unreachable(error: &reqwest::Error) -> TaskFailure {
    let what = if error.is_timeout() { "it did not answer in time" } else { "it cannot be reached" };
    TaskFailure {
        error: "Lambda.SdkClientException".to_owned(),
        cause: format!("Unable to execute HTTP request to the Lambda endpoint: {what}"),
    }
}

impl TaskWorker for Endpoint {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let endpoint = self.clone();
        Box::pin(async move { Endpoint::invoke(&endpoint, &task.function, &task.payload).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_one_part_of_the_path_whatever_its_name() {
        drop(rustls::crypto::ring::default_provider().install_default());
        let url = |base: &str, function: &str| Endpoint::new(base).unwrap().url_of(function).to_string();
        assert_eq!(url("http://h:9001", "f"), "http://h:9001/2015-03-31/functions/f/invocations");
        let arn = "arn:aws:lambda:us-east-1:111111111111:function:f/g";
        let expected = "http://h/base/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f%2Fg/invocations";
        assert_eq!(url("http://h/base", arn), expected);
        for wrong in ["", "h:9001", "ftp://h"] {
            assert!(Endpoint::new(wrong).is_err(), "{wrong}");
        }
    }
}
