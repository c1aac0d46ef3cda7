//! With what AWS is called.

use std::fmt;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sfn::config::Credentials;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// What differs from what the environment says. Everything left out is found as the AWS CLI finds it: environment
/// variables, profiles, and the credentials of the machine or the container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsSettings {
    /// Where the service is, if it is not AWS's own.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The key with which requests are signed.
    pub key: Option<AccessKey>,
}

/// An access key. Its secret is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    id: String,
    secret: String,
}

impl AccessKey {
    /// The key with this id and secret.
    pub fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned() }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AwsSettings {
    /// What the SDK's clients are made with.
    pub async fn load(&self) -> SdkConfig {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if let Some(endpoint) = &self.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(AccessKey { id, secret }) = &self.key {
            loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "settings"));
        }
        loader.load().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let settings = AwsSettings { key: Some(AccessKey::new("AKID", "hush")), ..AwsSettings::default() };
        let shown = format!("{settings:?}");
        assert!(shown.contains("AKID") && !shown.contains("hush"));
    }
}
