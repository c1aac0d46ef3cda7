//! What the engine's tasks call: Lambda functions through whoever runs them, the API's own StartExecution, and other
//! services through whoever calls those.

mod nested;

use std::sync::{Arc, Weak};

use amends_engine::driver::{ServiceCall, TaskFailure, TaskWorker, WorkerTask};
use amends_types::BoxFuture;
use serde_json::Value;
use tokio::sync::SetOnce;

use crate::service::{Inner, Service};

/// The engine's worker. Clones are handles to the same.
///
/// The engine is opened with it before there is a service, which it must be told of then. Until then, calls of Step
/// Functions itself wait, and every activity is taken to exist.
#[derive(Clone)]
pub struct Integrations {
    functions: Arc<dyn TaskWorker>,
    service: Arc<SetOnce<Weak<Inner>>>,
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
        if !matches!(&*call.service, "states" | "aws-sdk:sfn") {
            return self.functions.call(call);
        }
        let service = self.service.clone();
        Box::pin(async move {
            match service.wait().await.upgrade() {
                Some(service) => nested::call(service.into(), call).await,
                // The service has ended, and the next one is asked again.
                None => std::future::pending().await,
            }
        })
    }

    fn has_activity(&self, arn: &str) -> bool {
        // A registry that cannot be read says nothing about the activity: its task waits.
        self.service().is_none_or(|service| service.has_activity(arn).unwrap_or(true))
    }
}
