//! What the engine's tasks call: Lambda functions through whoever runs them, the API's own StartExecution, and other
//! services through whoever calls those.

mod nested;

use std::sync::{Arc, OnceLock, Weak};

use amends_engine::driver::{ServiceCall, TaskFailure, TaskWorker, WorkerTask};
use amends_types::BoxFuture;
use serde_json::Value;

use crate::service::{Inner, Service};

/// The engine's worker. Clones are handles to the same.
///
/// The engine is opened with it before there is a service, which it must be told of then.
#[derive(Clone)]
pub struct Integrations {
    functions: Arc<dyn TaskWorker>,
    service: Arc<OnceLock<Weak<Inner>>>,
}

impl Integrations {
    /// Functions are invoked by `functions`, which also calls the services other than Step Functions itself.
    pub fn new(functions: Arc<dyn TaskWorker>) -> Self {
        Self { functions, service: Arc::default() }
    }

    /// From now on tasks can start executions of this service, and its activities are known.
    pub fn attach(&self, service: &Service) {
        // The first one counts: an engine has one service.
        self.service.set(service.downgrade()).ok();
    }

    fn service(&self) -> Option<Service> {
        self.service.get().and_then(Weak::upgrade).map(Service::from)
    }
}

impl TaskWorker for Integrations {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        self.functions.invoke(task)
    }

    fn call(&self, call: ServiceCall) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let is_own = matches!(&*call.service, "states" | "aws-sdk:sfn");
        match self.service() {
            Some(service) if is_own => Box::pin(nested::call(service, call)),
            _ => self.functions.call(call),
        }
    }

    fn has_activity(&self, arn: &str) -> bool {
        // A registry that cannot be read says nothing about the activity: its task waits.
        self.service().is_none_or(|service| service.has_activity(arn).unwrap_or(true))
    }
}
