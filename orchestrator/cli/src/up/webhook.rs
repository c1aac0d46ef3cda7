//! The webhook: each order's end is told at least once, and alarms as they are raised.
//!
//! Signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp` and `webhook-signature`, which is
//! `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. The id is the same at every repeat of one event.

use std::env;
use std::time::{Duration, SystemTime};

use amends_coordinator::{Alarm, Announcer, SagaEnd};
use amends_types::{BoxFuture, Sha256Hex};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use reqwest::{Client, StatusCode, Url};
use ring::hmac;
use serde_json::{Value, json};

use crate::failure::Failure;

/// How long the receiver may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Tells somebody outside.
#[derive(Clone)]
pub(crate) struct Webhook {
    client: Client,
    url: Url,
    key: Option<hmac::Key>,
}

impl Webhook {
    /// A webhook to this address, signed with the secret in AMENDS_WEBHOOK_SECRET if there is one.
    pub(crate) fn to(url: &str) -> Result<Self, Failure> {
        let is_http = |url: &Url| matches!(url.scheme(), "http" | "https");
        let url = url.parse().ok().filter(is_http);
        let url =
            url.ok_or_else(|| Failure::Unusable("--webhook must be an http or https address".into()))?;
        let client = Client::builder().timeout(LIMIT).redirect(reqwest::redirect::Policy::none()).build();
        let secret = env::var("AMENDS_WEBHOOK_SECRET").ok();
        let key = secret.as_deref().map(key_in).transpose()?;
        Ok(Self { client: client.map_err(Failure::failed)?, url, key })
    }

    /// Tells of an alarm, once: who must not miss one asks for the metrics.
    pub(crate) async fn alarm(&self, alarm: &Alarm) {
        let id = format!("alarm-{}-{}", alarm.kind.name(), alarm.saga);
        let body = json!({
            "type": "alarm.raised",
            "data": { "kind": alarm.kind.name(), "order_id": alarm.saga, "text": alarm.text },
        });
        if let Err(reason) = self.send(&id, &body).await {
            tracing::warn!(saga = %alarm.saga, reason, "the webhook did not take an alarm");
        }
    }

    async fn send(&self, id: &str, body: &Value) -> Result<(), String> {
        let body = body.to_string();
        let timestamp =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp);
        if let Some(key) = &self.key {
            request = request.header("webhook-signature", signature(key, id, timestamp, &body));
        }
        match request.body(body).send().await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("it answered {}", response.status().as_u16())),
            Err(error) if error.is_timeout() => Err("it did not answer in time".to_owned()),
            Err(error) => Err(match error.status() {
                Some(status) => format!("it answered {}", StatusCode::as_u16(&status)),
                None => "it cannot be reached".to_owned(),
            }),
        }
    }
}

fn signature(key: &hmac::Key, id: &str, timestamp: u64, body: &str) -> String {
    let signed = hmac::sign(key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(signed))
}

/// The key in a secret: `whsec_` and base64 of 24 to 64 bytes, as the standard has it.
fn key_in(secret: &str) -> Result<hmac::Key, Failure> {
    let bytes = secret.strip_prefix("whsec_").and_then(|text| BASE64.decode(text).ok());
    let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len())).ok_or_else(|| {
        Failure::Unusable(
            "AMENDS_WEBHOOK_SECRET must be whsec_ and base64 of 24 to 64 bytes: \
             echo \"whsec_$(openssl rand -base64 32)\" makes one"
                .into(),
        )
    })?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

impl Announcer for Webhook {
    fn announce<'a>(&'a self, end: &'a SagaEnd) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let ended = end.ended.map(|ended| ended.to_string());
            let data = json!({
                "order_id": end.order_id,
                "status": end.status,
                "reason": end.reason,
                "total": end.total,
                "ended": ended,
            });
            let fingerprint = Sha256Hex::of_json(&data);
            let id = format!("end-{}-{}", end.order_id, &fingerprint.as_str()[..16]);
            self.send(&id, &json!({ "type": "order.ended", "data": data })).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_none_is_refused() {
        assert!(key_in("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
        for wrong in ["", "secret", "whsec_", "whsec_c2VjcmV0", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(matches!(key_in(wrong), Err(Failure::Unusable(_))), "{wrong}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for wrong in ["", "ftp://x", "x"] {
            assert!(matches!(Webhook::to(wrong), Err(Failure::Unusable(_))), "{wrong}");
        }
    }
}
