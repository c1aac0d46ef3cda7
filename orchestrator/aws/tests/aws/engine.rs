//! Our engine behind its wire API, on a port that was free.

use std::sync::Arc;
use std::time::Duration;

use amends_aws::{AccessKey, AwsSettings};
use amends_engine::clock::SystemClock;
use amends_engine::driver::{Engine, EngineOptions, ServiceCall, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::DirectoryId;
use amends_sfn::{Access, Bind, Integrations, Options, Registry, Service, serve};
use amends_types::{BoxFuture, SplitMix};
use serde_json::Value;
use tempfile::TempDir;

/// Calls SQS, and no functions.
pub(crate) struct Sends(pub(crate) Option<amends_aws::Sqs>);

impl TaskWorker for Sends {
    fn invoke(&self, _: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        Box::pin(std::future::pending())
    }

    fn call(&self, call: ServiceCall) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let sqs = self.0.clone();
        Box::pin(async move { sqs.expect("no test without a queue sends").send_message(&call).await })
    }
}

/// The settings of a client, and the directory that must live as long as the server.
pub(crate) async fn start(worker: Sends) -> (AwsSettings, TempDir) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(&dir.path().join("registry.sqlite")).unwrap();
    let integrations = Integrations::new(Arc::new(worker));
    let worker = Arc::new(integrations.clone());
    let options = EngineOptions::new(DirectoryId(registry.directory().unwrap()), worker.clone());
    let engine = Engine::open(&dir.path().join("engine"), options).unwrap();
    let (account, region) = ("111111111111".to_owned(), "us-east-1".to_owned());
    let (clock, entropy) = (Arc::new(SystemClock::new()), Arc::new(SplitMix::from_system()));
    let service = Service::new(Options { registry, engine, account, region, clock, entropy, worker });
    integrations.attach(&service);
    let bind = Bind::to("127.0.0.1:0".parse().unwrap(), Access::Loopback).await.unwrap();
    let endpoint = Some(format!("http://{}", bind.address().unwrap()));
    tokio::spawn(serve(bind, service, std::future::pending(), Duration::ZERO));
    (AwsSettings { endpoint, ..settings() }, dir)
}

/// What any server here takes.
pub(crate) fn settings() -> AwsSettings {
    let key = AccessKey::new("111111111111", "test");
    AwsSettings { region: Some("us-east-1".to_owned()), key: Some(key), ..AwsSettings::default() }
}
