//! With which key data is encrypted. It is checked, stored and shown; data here is as safe as the disk it is on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api_error::{ApiError, ErrorCode};
use crate::request::{Fields, Length};

const OWNED: &str = "AWS_OWNED_KEY";
const CUSTOMER: &str = "CUSTOMER_MANAGED_KMS_KEY";
/// How long a data key is used if nothing else is said: five minutes, as the API reference has it.
const REUSE_SECONDS: u32 = 300;

/// An encryption configuration, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Encryption {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_data_key_reuse_period_seconds: Option<u32>,
    r#type: String,
}

impl Default for Encryption {
    fn default() -> Self {
        Self { kms_key_id: None, kms_data_key_reuse_period_seconds: None, r#type: OWNED.to_owned() }
    }
}

impl Encryption {
    /// Refuses a key of the customer's that is not named, and a key's name where there is none.
    ///
    /// # Errors
    /// `InvalidEncryptionConfiguration`.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let is_customer = self.r#type == CUSTOMER;
        if is_customer && self.kms_key_id.is_none() {
            return Err(invalid(&format!("kmsKeyId must be specified when type is {CUSTOMER}")));
        }
        let has_key = self.kms_key_id.is_some() || self.kms_data_key_reuse_period_seconds.is_some();
        if !is_customer && has_key {
            return Err(invalid(&format!(
                "kmsKeyId and kmsDataKeyReusePeriodSeconds must not be specified when type is {OWNED}"
            )));
        }
        Ok(())
    }

    pub(crate) fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("texts and numbers are JSON")
    }
}

/// The field `encryptionConfiguration`, if it is there.
pub(crate) fn read_encryption(fields: &Fields<'_>) -> Result<Option<Encryption>, ApiError> {
    let Some(given) = fields.object("encryptionConfiguration")? else { return Ok(None) };
    let kms_key_id = given.text("kmsKeyId", Length { min: 1, max: 2_048 })?;
    let period = given.integer("kmsDataKeyReusePeriodSeconds", 60, 900)?;
    let r#type = given.required_choice("type", &[OWNED, CUSTOMER])?;
    let is_customer = r#type == CUSTOMER;
    let kms_data_key_reuse_period_seconds = period.or(is_customer.then_some(REUSE_SECONDS));
    Ok(Some(Encryption { kms_key_id, kms_data_key_reuse_period_seconds, r#type }))
}

fn invalid(reason: &str) -> ApiError {
    let message = format!("Invalid Encryption Configuration: '{reason}'");
    ApiError::new(ErrorCode::InvalidEncryptionConfiguration, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::read;

    fn encryption(given: &Value) -> Encryption {
        let body = json!({ "encryptionConfiguration": given });
        read(&body, read_encryption).unwrap().unwrap()
    }

    #[test]
    fn a_customers_key_must_be_named() {
        let nameless = encryption(&json!({"type": CUSTOMER}));
        assert_eq!(nameless.check().unwrap_err().code, ErrorCode::InvalidEncryptionConfiguration);
        let named = encryption(&json!({"type": CUSTOMER, "kmsKeyId": "alias/a"}));
        named.check().unwrap();
        assert_eq!(
            named.to_value(),
            json!({"kmsKeyId": "alias/a", "kmsDataKeyReusePeriodSeconds": 300, "type": CUSTOMER})
        );
    }

    #[test]
    fn the_default_is_a_key_of_aws() {
        assert_eq!(Encryption::default().to_value(), json!({"type": "AWS_OWNED_KEY"}));
    }
}
