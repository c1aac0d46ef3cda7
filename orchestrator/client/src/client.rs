//! Requests, and when they are sent again.

use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::error::Problem;
use crate::{Cancelled, Error, NewOrder, Order, Placed};

/// How a client works.
#[derive(Clone)]
pub struct Options {
    /// The token, where the service needs one.
    pub token: Option<String>,
    /// Who asks, for the log of a service that needs no tokens.
    pub actor: Option<String>,
    /// How long one request may take.
    pub request_limit: Duration,
    /// For how long a request is sent again while the service is not available.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: None,
            actor: None,
            request_limit: Duration::from_secs(35),
            patience: Duration::from_secs(60),
        }
    }
}

/// Shows no token.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// The longest that the service is asked to wait at once.
const LONGEST_POLL: Duration = Duration::from_secs(20);
/// The shortest and the longest pause before a request is sent again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// A client of one order service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    options: Options,
}

impl Client {
    /// A client of the service at this address, without a token.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn new(address: &str) -> Result<Self, Error> {
        Self::with_options(address, Options::default())
    }

    /// A client of the service at this address.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Token`].
    pub fn with_options(address: &str, options: Options) -> Result<Self, Error> {
        let is_http = |url: &Url| matches!(url.scheme(), "http" | "https");
        let base = address.parse().ok().filter(is_http).ok_or(Error::Address)?;
        let mut headers = HeaderMap::new();
        if let Some(token) = &options.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Error::Token)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if let Some(actor) = options.actor.as_deref().and_then(|actor| HeaderValue::from_str(actor).ok()) {
            headers.insert("amends-actor", actor);
        }
        // An error means that the program has chosen one already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().default_headers(headers).timeout(options.request_limit).build();
        Ok(Self { http: http.map_err(|_| Error::Address)?, base, options })
    }

    /// Places an order, once: asked again with the same order, also by another process or after a crash, it answers the
    /// same and orders nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] and [`Error::Invalid`], which are final; [`Error::Unavailable`], after which the order may be
    /// placed: ask again.
    pub async fn start(&self, order: &NewOrder) -> Result<Placed, Error> {
        let response = self.send(Method::POST, "orders", &[], Some(order)).await?;
        let before = response.headers().contains_key("idempotent-replayed");
        let placed: Placed = read(response).await?;
        Ok(Placed { before, ..placed })
    }

    /// An order as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`].
    pub async fn order(&self, order_id: &str) -> Result<Order, Error> {
        self.get(&format!("orders/{}", segment(order_id)), &[]).await
    }

    /// Waits for an order's verdict, for as long as `limit`.
    ///
    /// # Errors
    /// [`Error::StillRunning`] when the time is over, [`Error::NotFound`], [`Error::Unavailable`].
    pub async fn wait(&self, order_id: &str, limit: Duration) -> Result<Order, Error> {
        let path = format!("orders/{}", segment(order_id));
        let began = Instant::now();
        loop {
            let left = limit.saturating_sub(began.elapsed());
            let poll = left.min(LONGEST_POLL).as_secs().to_string();
            let order: Order = self.get(&path, &[("wait", &poll)]).await?;
            if order.status.is_verdict() {
                return Ok(order);
            }
            if began.elapsed() >= limit {
                return Err(Error::StillRunning(limit));
            }
            // A service that answers early is not asked without a pause.
            tokio::time::sleep(PAUSES.0.min(limit.saturating_sub(began.elapsed()))).await;
        }
    }

    /// Cancels an order; its end is not waited for.
    ///
    /// # Errors
    /// [`Error::TooLate`] when it has ended, [`Error::NotFound`], [`Error::Unavailable`].
    pub async fn cancel(&self, order_id: &str, reason: &str) -> Result<Cancelled, Error> {
        self.post(&format!("orders/{}/cancel", segment(order_id)), &json!({ "reason": reason })).await
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Error> {
        read(self.send(Method::GET, path, query, None::<&()>).await?).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        read(self.send(Method::POST, path, &[], Some(body)).await?).await
    }

    /// Sends a request until it is answered with success or with what is final. Every request of this API may be sent
    /// again: what it did the first time, it does not do twice.
    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&impl Serialize>,
    ) -> Result<Response, Error> {
        let base = self.base.as_str().trim_end_matches('/');
        let url: Url = format!("{base}/{path}").parse().map_err(|_| Error::Address)?;
        let began = Instant::now();
        let mut pause = PAUSES.0;
        loop {
            let mut request = self.http.request(method.clone(), url.clone()).query(query);
            if let Some(body) = body {
                request = request.json(body);
            }
            let (reason, wanted) = match request.send().await {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) => refusal(response).await?,
                Err(error) if error.is_timeout() => ("no answer in time".to_owned(), None),
                Err(_) => ("it cannot be reached".to_owned(), None),
            };
            let wait = wanted.unwrap_or(pause);
            if began.elapsed() + wait > self.options.patience {
                return Err(Error::Unavailable(reason));
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }
}

/// Why a request was refused for now, and when to send it again; what is final is an error.
async fn refusal(response: Response) -> Result<(String, Option<Duration>), Error> {
    let status = response.status().as_u16();
    let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let after = after.map(Duration::from_secs);
    match response.json::<Problem>().await {
        Ok(problem) if problem.is_passing(status) => Ok((problem.detail().to_owned(), after)),
        Ok(problem) => Err(problem.error(status)),
        // A proxy in between, most likely.
        Err(_) if status >= 500 => Ok((format!("it answered {status}"), after)),
        Err(_) => Err(Error::Unexpected(format!("status {status} without a problem"))),
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Error> {
    response
        .json()
        .await
        .map_err(|_| Error::Unexpected("it is not of the shape that was expected".to_owned()))
}

/// A name as a part of a path.
pub(crate) fn segment(name: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let escaped =
        |byte: u8| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(escaped).collect()
}
