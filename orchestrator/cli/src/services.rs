//! What the tasks of `amends engine` call: functions and queues.

use amends_aws::{AccessKey, AwsSettings, Sqs};
use amends_engine::driver::{ServiceCall, TaskFailure, TaskWorker, WorkerTask};
use amends_lambda::{Endpoint, Functions, Pool, PoolOptions};
use amends_types::BoxFuture;
use serde_json::Value;

use crate::args;
use crate::failure::Failure;

/// What tasks call besides Step Functions itself.
pub(crate) struct Services {
    /// Functions that run here.
    pool: Option<Pool>,
    /// Where others are.
    endpoint: Option<Endpoint>,
    sqs: Option<Sqs>,
}

impl Services {
    /// The functions that run here.
    pub(crate) fn pool(&self) -> Option<Pool> {
        self.pool.clone()
    }

    /// What the command line names.
    ///
    /// # Errors
    /// When that cannot be used.
    pub(crate) async fn of(arguments: &args::Engine) -> Result<Self, Failure> {
        let unusable = |error: &dyn std::fmt::Display| Failure::Unusable(error.to_string());
        let pool = match &arguments.functions {
            Some(file) => {
                let functions = Functions::read(file).map_err(|error| unusable(&error))?;
                let options = PoolOptions {
                    account: arguments.account.clone(),
                    region: arguments.region.clone(),
                    processes: arguments.function_processes as usize,
                    ..PoolOptions::default()
                };
                Some(Pool::new(functions, options))
            }
            None => None,
        };
        let endpoint = arguments.lambda_endpoint.as_deref().map(Endpoint::new).transpose();
        let endpoint = endpoint.map_err(|error| unusable(&error))?;
        let sqs = match &arguments.sqs_endpoint {
            Some(url) => Some(Sqs::connect(&sqs_settings(url, &arguments.region)).await),
            None => None,
        };
        Ok(Self { pool, endpoint, sqs })
    }
}

/// An emulator takes any key; what is on AWS is signed for as the environment says.
fn sqs_settings(url: &str, region: &str) -> AwsSettings {
    let is_aws = url.contains("amazonaws.com");
    AwsSettings {
        endpoint: Some(url.to_owned()),
        region: Some(region.to_owned()),
        key: (!is_aws && std::env::var_os("AWS_ACCESS_KEY_ID").is_none())
            .then(|| AccessKey::new("amends", "amends")),
    }
}

impl TaskWorker for Services {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        match (&self.pool, &self.endpoint) {
            (Some(pool), None) => TaskWorker::invoke(pool, task),
            (Some(pool), Some(_)) if pool.has(&task.function) => TaskWorker::invoke(pool, task),
            (_, Some(endpoint)) => TaskWorker::invoke(endpoint, task),
            (None, None) => Box::pin(async move { Err(no_functions(&task.function)) }),
        }
    }

    fn call(&self, call: ServiceCall) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let is_send = &*call.service == "sqs" && call.action.starts_with("sendMessage");
        match self.sqs.clone().filter(|_| is_send) {
            Some(sqs) => Box::pin(async move { sqs.send_message(&call).await }),
            None => Box::pin(async move { Err(call.not_supported()) }),
        }
    }
}

fn no_functions(function: &str) -> TaskFailure {
    TaskFailure {
        error: "Amends.NoFunctions".to_owned(),
        cause: format!("this engine has no functions to invoke, and so not '{function}'"),
    }
}
