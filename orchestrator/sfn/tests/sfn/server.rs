//! A server in a temporary directory, on a port that was free, and a client of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use amends_engine::clock::SystemClock;
use amends_engine::driver::{Engine, EngineOptions, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::DirectoryId;
use amends_sfn::{Access, Bind, Integrations, Options, Registry, Service, serve};
use amends_types::{BoxFuture, Clock, SplitMix};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ROLE: &str = "arn:aws:iam::111111111111:role/sfn";
pub(crate) const MACHINE: &str = "arn:aws:states:us-east-1:111111111111:stateMachine:m";

/// A server that is stopped when it is told to.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    engine: Engine,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// Its answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) body: Value,
}

struct Nobody;

impl TaskWorker for Nobody {
    fn invoke(&self, _: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        Box::pin(std::future::pending())
    }
}

impl Server {
    pub(crate) async fn start() -> (Self, TempDir) {
        let dir = tempfile::tempdir().unwrap();
        (Self::start_in(dir.path(), Access::Loopback).await, dir)
    }

    /// With somebody who does the tasks, and another time than the system's.
    pub(crate) async fn start_with(worker: Arc<dyn TaskWorker>, clock: Arc<dyn Clock>) -> (Self, TempDir) {
        let dir = tempfile::tempdir().unwrap();
        (Self::start_as(dir.path(), Access::Loopback, worker, clock).await, dir)
    }

    pub(crate) async fn start_in(dir: &Path, access: Access) -> Self {
        Self::start_as(dir, access, Arc::new(Nobody), Arc::new(SystemClock::new())).await
    }

    async fn start_as(
        dir: &Path,
        access: Access,
        worker: Arc<dyn TaskWorker>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let integrations = Integrations::new(worker);
        let registry = Registry::open(&dir.join("registry.sqlite")).unwrap();
        let options =
            EngineOptions::new(DirectoryId(registry.directory().unwrap()), Arc::new(integrations.clone()));
        let engine = Engine::open(&dir.join("engine"), options).unwrap();
        let service = Service::new(Options {
            registry,
            engine: engine.clone(),
            account: "111111111111".to_owned(),
            region: "us-east-1".to_owned(),
            clock,
            entropy: Arc::new(SplitMix::from_seed(1)),
            worker: Arc::new(integrations.clone()),
        });
        integrations.attach(&service);
        let bind = Bind::to("127.0.0.1:0".parse().unwrap(), access).await.unwrap();
        let url = format!("http://{}/", bind.address().unwrap());
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { drop(stopped.await) };
        let served = tokio::spawn(serve(bind, service, stopped, Duration::from_secs(5)));
        Self { url, client: reqwest::Client::new(), engine, stop, served }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        drop(self.client);
        self.served.await.unwrap();
        self.engine.shutdown().await;
    }

    pub(crate) fn request(&self, action: &str) -> reqwest::RequestBuilder {
        self.client
            .post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{action}"))
    }

    /// The answer to an action that must succeed.
    pub(crate) async fn call(&self, action: &str, body: Value) -> Value {
        let answer = send(self.request(action).body(body.to_string())).await;
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        answer.body
    }

    /// The code and the message of an action that must be refused.
    pub(crate) async fn refused(&self, action: &str, body: Value) -> (String, String) {
        let answer = send(self.request(action).body(body.to_string())).await;
        assert_ne!(answer.status, 200, "{action}: {}", answer.body);
        code_of(&answer)
    }

    /// Creates the state machine `m`.
    pub(crate) async fn create(&self, definition: &Value) -> Value {
        self.create_named("m", definition).await
    }

    pub(crate) async fn create_named(&self, name: &str, definition: &Value) -> Value {
        let body = json!({"name": name, "roleArn": ROLE, "definition": definition.to_string()});
        self.call("CreateStateMachine", body).await
    }

    /// Waits for the end of an execution.
    pub(crate) async fn ended(&self, arn: &Value) -> Value {
        let mut parts = arn.as_str().unwrap().rsplit(':');
        let (name, machine) = (parts.next().unwrap(), parts.next().unwrap());
        self.engine.wait_end(machine, name).await.unwrap();
        self.call("DescribeExecution", json!({ "executionArn": arn })).await
    }
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let id = response.headers().get("x-amzn-requestid");
    let request_id = id.map(|id| id.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    Answer { status, request_id, body: response.json().await.unwrap() }
}

pub(crate) fn code_of(answer: &Answer) -> (String, String) {
    let code = answer.body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    (code, answer.body["message"].as_str().unwrap().to_owned())
}

/// A definition of one Pass state with this result.
pub(crate) fn pass(result: &Value) -> Value {
    json!({"StartAt": "a", "States": {"a": {"Type": "Pass", "Result": result, "End": true}}})
}

/// A definition whose executions wait for an hour.
pub(crate) fn wait() -> Value {
    json!({"StartAt": "w", "States": {"w": {"Type": "Wait", "Seconds": 3600, "End": true}}})
}
