//! The pool: invokes functions, in environments that it starts, uses again and gives up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_types::BoxFuture;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use super::environment::{Ended, Environment};
use super::failure::{self, MOST_REQUEST_BYTES};
use super::function::{Function, Functions};
use super::name::{FunctionName, Place};
use super::runtime_api::Invocation;
use super::warm::{Turn, Warm};

/// How a pool is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// The account in ARNs.
    pub account: String,
    /// The region in ARNs.
    pub region: String,
    /// The most processes, and so the most invocations at once; more are throttled.
    pub processes: usize,
    /// After how long without an invocation a process is ended.
    pub idle: Duration,
}

impl Default for PoolOptions {
    /// AWS's documentation account, 64 processes, five minutes.
    fn default() -> Self {
        Self {
            account: "111111111111".to_owned(),
            region: "us-east-1".to_owned(),
            processes: 64,
            idle: Duration::from_secs(300),
        }
    }
}

/// Invokes functions in processes. Clones share them; they end with the last clone.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    functions: Functions,
    place: Place,
    options: PoolOptions,
    warm: Mutex<Warm>,
    /// Becomes true when the pool is shut down.
    end: watch::Sender<bool>,
}

/// The place of an invocation, given back whatever becomes of it.
struct Held<'a> {
    inner: &'a Inner,
    function: &'a str,
    environment: Option<Environment>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.inner.warm().give_back(self.function, self.environment.take());
    }
}

impl Pool {
    /// A pool of these functions. Must be called inside a tokio runtime.
    pub fn new(functions: Functions, options: PoolOptions) -> Self {
        let place = Place { account: options.account.clone(), region: options.region.clone() };
        let idle = options.idle;
        let inner = Arc::new(Inner {
            functions,
            place,
            options,
            warm: Mutex::default(),
            end: watch::Sender::new(false),
        });
        tokio::spawn(expire(Arc::downgrade(&inner), idle));
        Self { inner }
    }

    /// Invokes a function, and waits for its answer.
    ///
    /// # Errors
    /// [`TaskFailure`] as Step Functions names it: the function's own, or Lambda's.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value, TaskFailure> {
        let inner = &*self.inner;
        let name = FunctionName::read(function, &inner.place)?;
        let unqualified = FunctionName { qualifier: None, ..name.clone() };
        let known = inner.functions.get(&name.name);
        let known = known.ok_or_else(|| failure::not_found(&unqualified.arn(&inner.place)))?;
        let payload = payload.to_string();
        if payload.len() > MOST_REQUEST_BYTES {
            return Err(failure::request_too_large().into());
        }
        let invocation = Invocation {
            request: Uuid::new_v4().to_string(),
            arn: name.arn(&inner.place),
            payload,
            limit: known.time_limit(),
        };
        inner.run(&name, known, invocation).await
    }

    /// Ends every process, also those that are at work, and invokes nothing any more.
    pub fn shutdown(&self) {
        self.inner.end.send_replace(true);
        let idle = self.inner.warm().expire(Duration::ZERO);
        drop(idle);
    }

    /// Whether that is a function of this pool, however it is named.
    pub fn has(&self, function: &str) -> bool {
        let name = FunctionName::read(function, &self.inner.place);
        name.is_ok_and(|name| self.inner.functions.get(&name.name).is_some())
    }

    /// How many processes there are.
    pub fn processes(&self) -> usize {
        self.inner.warm().count()
    }
}

impl Inner {
    fn warm(&self) -> MutexGuard<'_, Warm> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(
        &self,
        name: &FunctionName,
        function: &Function,
        invocation: Invocation,
    ) -> Result<Value, TaskFailure> {
        let most = function.reserved_concurrent_executions;
        let (turn, gone) = self.warm().take(&name.name, most, self.options.processes);
        drop(gone);
        if matches!(turn, Turn::Throttled) {
            return Err(failure::throttled().into());
        }
        let mut held = Held { inner: self, function: &name.name, environment: None };
        let mut end = self.end.subscribe();
        let request = invocation.request.clone();
        let work = async {
            match turn {
                Turn::Warm(environment) => environment.invoke(invocation, function).await,
                Turn::Cold | Turn::Throttled => {
                    Environment::start_and_invoke(name, function, &self.place, invocation).await
                }
            }
        };
        let ended = tokio::select! {
            // The process is killed with the future that waits for it.
            biased;
            _ = end.wait_for(|end| *end) => {
                Ended { answer: failure::exited(&request, Some("signal: killed")), environment: None }
            }
            ended = work => ended,
        };
        let Ended { answer, environment } = ended;
        held.environment = environment;
        drop(held);
        answer.into_result()
    }
}

impl TaskWorker for Pool {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let pool = self.clone();
        Box::pin(async move { Pool::invoke(&pool, &task.function, &task.payload).await })
    }
}

/// Ends processes that nobody needs any more.
async fn expire(pool: Weak<Inner>, idle: Duration) {
    let pause = (idle / 4).max(Duration::from_millis(10));
    loop {
        tokio::time::sleep(pause).await;
        let Some(inner) = pool.upgrade() else { return };
        let expired = inner.warm().expire(idle);
        drop(expired);
    }
}
