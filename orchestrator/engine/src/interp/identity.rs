//! Who an execution is: what the context object says about it and its machine.

use std::sync::Arc;

/// The names of an execution. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `$$.Execution.Id`.
    pub execution_arn: Arc<str>,
    /// `$$.Execution.Name`.
    pub execution_name: Arc<str>,
    /// `$$.StateMachine.Id`.
    pub machine_arn: Arc<str>,
    /// `$$.StateMachine.Name`.
    pub machine_name: Arc<str>,
    /// `$$.Execution.RoleArn`.
    pub role_arn: Arc<str>,
}

impl Identity {
    /// The region in the execution's ARN; empty if the ARN has none.
    pub fn region(&self) -> &str {
        self.arn_parts()[3]
    }

    /// `arn`, the partition, `states`, the region and the account.
    pub(super) fn arn_parts(&self) -> [&str; 5] {
        let mut parts = self.execution_arn.split(':');
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }
}
